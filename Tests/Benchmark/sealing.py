"""What the sealed layer costs: the same load sealed and not, in turns, because others use the machine."""

import statistics

# Sends in flight in all: enough for full batches, and far below what makes a reader slow.
POURS = {10: 400, 100: 160, 1_000: 32}


def once(bench, sealed):
    """One round's figures by their names: (value, unit)."""
    first = len(bench.unsealed), len(bench.results)
    seconds = "2" if bench.options.quick else "4"
    bench.measure("idle", sealed=sealed)
    bench.measure("fanout", "--room-size", "10", "--rate", "1000", "--seconds", seconds, sealed=sealed)
    bench.measure("intake", "--seconds", seconds, "--runs", "1", sealed=sealed)
    for size, in_flight in POURS.items():
        bench.measure(
            "fanout", "--room-size", str(size), "--in-flight", str(in_flight), "--seconds", seconds, sealed=sealed)
    kept = bench.results if sealed else bench.unsealed
    mine = kept[first[sealed]:]
    del kept[first[sealed]:]
    if not all(result.get("faultless", True) for result in mine):
        raise RuntimeError(f"messages were lost or refused: {mine}")
    return dict(figures(mine))


def figures(results):
    for result in results:
        if result["mode"] == "idle":
            yield "memory of an idle connection", (result["bytesPerConnection"], "bytes")
        elif result["mode"] == "fanout":
            for percentile in ("p50", "p99"):
                yield f"delivery at 1,000 messages/s, {percentile}", (result["delivery"][percentile], "ms")
        elif result["mode"] == "intake":
            yield "durable messages in", (result["messagesPerSecond"], "messages/s")
        elif result["mode"] == "pour":
            size = f"{result['roomSize']:,}"
            yield f"deliveries, rooms of {size}", (result["deliveriesPerSecond"], "deliveries/s")
            yield f"server's processor time, rooms of {size}", (result["serverSecondsPer100k"] * 10, "s a million")


def measure(bench):
    rounds = bench.options.rounds or (1 if bench.options.quick else 5)
    # Who goes first alternates too.
    found = []
    for number in range(rounds):
        order = (False, True) if number % 2 == 0 else (True, False)
        found.append({sealed: once(bench, sealed) for sealed in order})
    return found


def shown(value, unit):
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"


def table(found):
    """Medians of the rounds, and the median of the rounds' own ratios with the least and the greatest."""
    lines = [["what", "without", "sealed", "ratio", "of the rounds"], ["---"] * 5]
    for name, (_, unit) in found[0][False].items():
        values = {sealed: [each[sealed][name][0] for each in found] for sealed in (False, True)}
        ratios = [sealed / bare for bare, sealed in zip(values[False], values[True])]
        lines.append([
            name, *(shown(statistics.median(values[sealed]), unit) for sealed in (False, True)),
            f"{statistics.median(ratios):.2f} ×", f"{min(ratios):.2f} to {max(ratios):.2f}"])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
