import Chat
import Testing

@testable import Storage

/// What is found by what, whatever finds it: the rules of words, scripts and signs.
@Suite struct SearchTermTests {
    private static func finds(_ query: String, in text: String) -> Bool {
        let terms = SearchTerms(folding: query)
        return !terms.terms.isEmpty && terms.match(text)
    }

    /// A script, a text in it, what is found of one and two characters and of more, and what is not.
    static let scripts: [(script: String, text: String, found: [String], missed: [String])] = [
        (
            "Latin", "A short walk to Łódź with Zoë, naïve",
            ["a", "sh", "walk", "alk", "lodz", "ZOE", "Naïve"],
            ["b", "or", "lk", "wal k z"]
        ),
        ("German", "Donaudampfschifffahrt, Straße", ["schiff", "DAMPF", "fahrt", "strasse", "do"], ["bahn"]),
        ("Turkish", "İstanbul'da ılık bir çay", ["istanbul", "ılık", "ilik", "cay", "da"], ["ankara"]),
        ("Greek", "Καλημέρα, ο κόσμος", ["κα", "ο", "καλημερα", "ΚΟΣΜΟΣ", "κόσμοσ"], ["μέ", "γεια"]),
        ("Cyrillic", "Ёлка и мой друг", ["и", "мо", "елка", "ёлк", "ДРУГ", "мой"], ["мои", "руг на"]),
        ("Ukrainian", "Київ і її люди", ["її", "київ", "і"], ["киiв", "ии"]),
        ("Hebrew", "שָׁלוֹם עולם", ["ש", "של", "שלום", "עולם"], ["לו", "מלך"]),
        ("Arabic", "أَهْلًا بِالعَالَم", ["ا", "اه", "اهلا", "العالم", "عالم"], ["لا", "سلام"]),
        ("Persian", "می‌خواهم کتاب", ["می", "میخواهم", "کتاب"], ["تا"]),
        ("Devanagari", "नमस्ते दुनिया", ["न", "नम", "नमस्ते", "दुनिया", "निया"], ["मस", "किताब"]),
        ("Tamil", "வணக்கம் உலகம்", ["வ", "வண", "வணக்கம்", "உலகம்"], ["கம", "நீர்"]),
        ("Thai", "ฉันไปตลาดที่กรุงเทพ", ["ไป", "ตลาด", "ที่", "กรุงเทพ", "ฉ"], ["หมา"]),
        ("Khmer", "ខ្ញុំទៅផ្សារ", ["ទៅ", "ផ្សារ", "ខ"], ["ឆ្កែ"]),
        ("Chinese", "我们明天去北京大学", ["去", "北京", "明天", "大学", "京大"], ["南", "天北", "上海"]),
        ("Japanese", "東京タワーに行きたい", ["京", "に", "東京", "タワー", "行きたい", "ﾀﾜｰ"], ["大阪", "だ"]),
        ("Voiced kana", "ばら", ["ば", "ばら"], ["は", "はら"]),
        ("Korean", "서울에서 만나요", ["서", "서울", "만나", "울에", "에서"], ["부산", "선"]),
        ("Georgian", "გამარჯობა მსოფლიო", ["გ", "გა", "მარჯ", "მსოფლიო"], ["ობა გ ზ"]),
        ("Armenian", "Բարեւ աշխարհ", ["բ", "ԲԱ", "բարեւ", "աշխարհ"], ["րե"]),
        ("Ethiopic", "ሰላም ዓለም", ["ሰ", "ሰላ", "ሰላም"], ["ላም ለ"]),
        ("Digits", "room 2024 and ٤٢", ["2024", "20", "024", "42"], ["02", "2025"]),
        ("Width", "Ｆｕｌｌ ｗｉｄｔｈ ①", ["full", "wid", "1"], ["half"]),
    ]

    @Test(arguments: scripts.indices)
    func everyScriptIsFoundByItsWords(index: Int) {
        let (script, text, found, missed) = Self.scripts[index]
        for query in found { #expect(Self.finds(query, in: text), "\(script): \(query) in \(text)") }
        for query in missed { #expect(!Self.finds(query, in: text), "\(script): \(query) not in \(text)") }
    }

    @Test func emojiAreWholeAndAColourIsOptional() {
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}"
        #expect(Self.finds("👍", in: "well👍🏽done"))
        #expect(Self.finds("👍🏽", in: "well 👍🏽"))
        #expect(!Self.finds("👍🏽", in: "well 👍"))
        #expect(!Self.finds("👍🏿", in: "well 👍🏽"))
        #expect(Self.finds(family, in: "we \(family)!"))
        #expect(!Self.finds("\u{1f468}", in: "we \(family)!"))
        #expect(Self.finds("\u{2764}", in: "I \u{2764}\u{fe0f} it"))
        #expect(Self.finds("\u{2764}\u{fe0f}", in: "I \u{2764} it"))
        #expect(Self.finds("🇫🇮", in: "from 🇫🇮🇸🇪"))
        #expect(!Self.finds("🇮🇸", in: "from 🇫🇮🇸🇪"))
        #expect(Self.finds("1\u{fe0f}\u{20e3}", in: "press 1\u{20e3}"))
        #expect(!Self.finds("1", in: "press 1\u{20e3}"))
    }

    @Test func everyWordMustBeFoundInAnyOrder() {
        let text = "The budget of the harbour, v1.2"
        #expect(Self.finds("harbour budget", in: text))
        #expect(Self.finds("BUDGET-of?", in: text))
        #expect(!Self.finds("budget airport", in: text))
        #expect(Self.finds("東京 tower", in: "the 東京tower"))
        #expect(Self.finds("東京tower", in: "tower of 東京"))
    }

    @Test func theLimitsOfAQueryAreCodedRefusals() {
        func code(_ query: String) -> RefusalCode? {
            do throws(Refusal) {
                _ = try SearchTerms(query, limits: .standard)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code("a b c d e f g h") == nil)
        #expect(code("a b c d e f g h i") == .invalidArgument)
        #expect(code("a a a a a a a a a a") == nil)
        #expect(code("") == .invalidArgument)
        #expect(code(" .,;!?-€+ ") == .invalidArgument)
        #expect(code("\u{200d}\u{fe0f}\u{301}") == .invalidArgument)
        #expect(code(String(repeating: "x", count: 256)) == nil)
        #expect(code(String(repeating: "x", count: 257)) == .tooLarge)
    }

    /// FTS5's tokenizer sees the grams as they are: no blank, sign or capital letter of ASCII is within one.
    @Test(arguments: scripts.indices)
    func gramsAreWordsThatNoTokenizerChanges(index: Int) {
        let folded = SearchRuns.folding(Self.scripts[index].text + " 👩🏽‍🚀 #️⃣")
        let words = SearchGrams.words(of: folded, by: PersonID(high: 1, low: .max), in: 0x1f)
        for word in words.split(separator: " ") {
            #expect(word.hasPrefix("1f"))
            let isPlain = word.utf8.allSatisfy { byte in
                byte >= 0x80 || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
            #expect(isPlain, "\(word)")
        }
    }

    /// Whatever bytes people send: the folding ends, and says the same each time.
    @Test func anyTextIsFolded() {
        var random = SequenceGenerator()
        for _ in 0..<2_000 {
            let scalars = (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...0x10_ffff, using: &random))
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            let folded = SearchRuns.folding(String(text))
            #expect(SearchRuns.folding(String(text)) == folded)
            #expect(!folded.hasPrefix(" ") && !folded.contains("  "))
        }
    }

    /// Texts and words that repeat themselves, against what `contains` says.
    @Test func aWordIsFoundWhereverItRepeatsItself() {
        var random = SequenceGenerator()
        func letters(_ count: Int, _ signs: String) -> String {
            String((0..<count).map { _ in signs.randomElement(using: &random) ?? "a" })
        }
        var found = 0
        for _ in 0..<3_000 {
            let word = letters(.random(in: 3...9, using: &random), "ab")
            let text = letters(.random(in: 1...60, using: &random), "aaab ")
            let isThere = text.contains(word)
            found += isThere ? 1 : 0
            #expect(Self.finds(word, in: text) == isThere, "\(word) in \(text)")
        }
        #expect((300...2_700).contains(found), "\(found)")
    }
}
