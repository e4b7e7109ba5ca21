"""Protocol buffers by hand, as little as the tests need: written without the server's generated code, on purpose.

A message to encode is a list of (field number, value): an int as a varint, bytes or str as they are, a list as a
message within. A message decoded is a dictionary of field number to the list of its values, ints and bytes.
"""


def varint(number):
    number &= (1 << 64) - 1
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def encode(fields):
    encoded = bytearray()
    for number, value in fields:
        if isinstance(value, int):
            encoded += varint(number << 3) + varint(value)
            continue
        if isinstance(value, list):
            value = encode(value)
        elif isinstance(value, str):
            value = value.encode("utf-8")
        encoded += varint(number << 3 | 2) + varint(len(value)) + value
    return bytes(encoded)


def read_varint(data, place):
    number = shift = 0
    while True:
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7


def decode(data):
    fields, place = {}, 0
    while place < len(data):
        key, place = read_varint(data, place)
        if key & 7 == 0:
            value, place = read_varint(data, place)
        elif key & 7 == 2:
            length, place = read_varint(data, place)
            value = bytes(data[place:place + length])
            if len(value) != length:
                raise ValueError("a field is cut off")
            place += length
        else:
            raise ValueError(f"wire type {key & 7}")
        fields.setdefault(key >> 3, []).append(value)
    return fields


def first(fields, number, default=None):
    return fields[number][0] if number in fields else default


def signed(number):
    """An int64 is sent as its two's complement."""
    return number - (1 << 64) if number >> 63 else number
