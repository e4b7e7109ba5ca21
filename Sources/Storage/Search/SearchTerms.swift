package import Chat

/// The words of a query: every one of them must be found. A value.
package struct SearchTerms: Hashable, Sendable {
    package let terms: [SearchTerm]

    /// - Throws: a refusal of a query that is too long, has nothing in it to be looked for, or too much.
    package init(_ query: String, limits: Limits) throws(Refusal) {
        guard query.utf8.count <= limits.searchQueryBytes else {
            throw Refusal(.tooLarge, "query has at most \(limits.searchQueryBytes) bytes")
        }
        self.init(folding: query)
        guard !terms.isEmpty else {
            throw Refusal(.invalidArgument, "query has a letter, a digit or an emoji at least")
        }
        guard terms.count <= limits.searchTerms else {
            throw Refusal(.invalidArgument, "query has at most \(limits.searchTerms) words")
        }
    }

    /// Of whatever there is: for a query that was accepted before.
    package init(folding query: String) {
        let folded = SearchRuns.folding(query)
        var runs = SearchRun.all(of: folded)
        // The plain emoji behind one with a colour is no term: whoever names a colour means it.
        var index = 1
        while index < runs.count {
            if runs[index].kind == .emoji, runs[index - 1].isColoured(runs[index]) {
                runs.remove(at: index)
            }
            index += 1
        }
        var terms: [SearchTerm] = []
        for run in runs {
            let term = SearchTerm(run)
            if !terms.contains(term) { terms.append(term) }
        }
        self.terms = terms
    }

    /// Whether a message of this text is found.
    /// Without a word nothing is.
    package func match(_ text: String) -> Bool { matchFolded(Array(SearchRuns.folding(text).utf8)) }

    func matchFolded(_ folded: [UInt8]) -> Bool {
        !terms.isEmpty && terms.allSatisfy { $0.isIn(folded) }
    }
}

extension SearchRun {
    /// Whether it is the other emoji with a colour of skin.
    fileprivate func isColoured(_ plain: SearchRun) -> Bool {
        guard kind == .emoji, text != plain.text else { return false }
        return text.unicodeScalars.filter { !$0.properties.isEmojiModifier }
            .elementsEqual(Array(plain.text.unicodeScalars))
    }
}
