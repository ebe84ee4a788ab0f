//! Just enough of HTML to check a page that Trunk has written: its tags, in order, with their attributes.

/// An opening tag.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// What a script or a style sheet holds in the page itself.
    pub(crate) text: String,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// All opening tags of the page; comments and closing tags are passed over.
pub(crate) fn tags(page: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(index) = rest.find('<') {
        rest = &rest[index + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if rest.starts_with(|character: char| character.is_ascii_alphabetic()) {
            let (mut tag, after) = tag(rest);
            rest = after;
            if matches!(tag.name.as_str(), "script" | "style") {
                let end = rest.find(&format!("</{}", tag.name)).unwrap_or(rest.len());
                tag.text = rest[..end].trim().to_owned();
                rest = &rest[end..];
            }
            found.push(tag);
        }
    }
    found
}

/// The tag that starts here, after its `<`, and what follows it.
fn tag(text: &str) -> (Tag, &str) {
    let (name, mut rest) = word(text);
    let mut tag = Tag { name: name.to_ascii_lowercase(), ..Tag::default() };
    loop {
        rest = rest.trim_start_matches(|character: char| character.is_whitespace() || character == '/');
        if rest.is_empty() {
            return (tag, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (tag, after);
        }
        let (name, after) = word(rest);
        let (value, after) = value(after);
        // Something that is no word, such as a stray quote, is passed over.
        rest = if name.is_empty() && value.is_empty() { &after[after.chars().next().map_or(0, char::len_utf8)..] } else { after };
        tag.attributes.push((name.to_ascii_lowercase(), value.to_owned()));
    }
}

/// A name: everything up to a blank, `=`, `>`, `/` or a quote.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| character.is_whitespace() || "=>/\"'".contains(character));
    text.split_at(end.unwrap_or(text.len()))
}

/// The value after an attribute's name, if it has one.
fn value(text: &str) -> (&str, &str) {
    let Some(assigned) = text.trim_start().strip_prefix('=').map(str::trim_start) else {
        return ("", text);
    };
    for quote in ['"', '\''] {
        if let Some(quoted) = assigned.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = assigned.find(|character: char| character.is_whitespace() || character == '>');
    assigned.split_at(end.unwrap_or(assigned.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(page: &str) -> Vec<String> {
        tags(page).into_iter().map(|tag| tag.name).collect()
    }

    #[test]
    fn tags_have_attributes() {
        let found = tags("<!DOCTYPE html><HTML lang=en><link rel=\"icon\" href='a b.svg' data-x/><p hidden>1 < 2</p>");
        assert_eq!(found.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["html", "link", "p"]);
        assert_eq!(found[0].attribute("lang"), Some("en"));
        assert_eq!(found[1].attribute("href"), Some("a b.svg"));
        assert_eq!(found[1].attribute("data-x"), Some(""));
        assert_eq!(found[2].attribute("hidden"), Some(""));
        assert_eq!(found[2].attribute("href"), None);
    }

    #[test]
    fn scripts_keep_their_text_and_hide_its_tags() {
        let found = tags("<script type=module> let a = '<b>'; </script><i>");
        assert_eq!(found[0].text, "let a = '<b>';");
        assert_eq!(found[1].name, "i");
    }

    #[test]
    fn comments_hold_no_tags() {
        assert_eq!(names("<!-- <script> --><b>"), ["b"]);
    }

    #[test]
    fn broken_pages_come_to_an_end() {
        for page in ["<", "<a", "<a href", "<a href=", "<a href=\"x", "<a \"\">", "<!-- ", "<script>", "<a =>", "<ä>"] {
            assert!(tags(page).len() <= 1, "{page}");
        }
    }
}
