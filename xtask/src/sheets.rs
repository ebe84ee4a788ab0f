//! One style sheet instead of many: each that the page names holds back its first picture by a request.

use crate::{
    Outcome,
    assets::{Files, PAGE},
};
use std::str;

/// The name of the one.
const SHEET: &str = "page.css";
/// How Trunk names a style sheet in the page.
const LINK: &str = "<link rel=\"stylesheet\" href=\"./";

/// Puts all style sheets that the page itself names into one, in their order. Those of single programs stay.
pub(crate) fn join(files: &mut Files) -> Outcome {
    let page = files.get(PAGE).and_then(|page| str::from_utf8(page).ok()).ok_or("there is no index.html")?.to_owned();
    let mut names = Vec::new();
    let mut rest = page.as_str();
    let mut joined = String::new();
    while let Some((before, after)) = rest.split_once(LINK) {
        let (name, after) = after.split_once('"').ok_or("a style sheet without a name")?;
        let (_, after) = after.split_once('>').ok_or_else(|| format!("the link to {name} does not end"))?;
        joined.push_str(before);
        if names.is_empty() {
            joined.push_str(&format!("{LINK}{SHEET}\">"));
        }
        names.push(name.to_owned());
        rest = after.strip_prefix('\n').filter(|_| names.len() > 1).unwrap_or(after);
    }
    joined.push_str(rest);
    let mut sheet = Vec::new();
    for name in &names {
        sheet.extend(files.remove(name).ok_or_else(|| format!("there is no {name}"))?);
    }
    if !names.is_empty() {
        files.insert(SHEET.to_owned(), sheet);
        files.insert(PAGE.to_owned(), joined.into_bytes());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(name, content)| ((*name).to_owned(), content.as_bytes().to_vec())).collect()
    }

    #[test]
    fn sheets_of_the_page_become_one_in_their_order() {
        let page = "<a>\n<link rel=\"stylesheet\" href=\"./b.css\"/>\n<link rel=\"stylesheet\" href=\"./a.css\"/>\n<b data-css=./c.css>";
        let mut found = files(&[(PAGE, page), ("a.css", "a{}"), ("b.css", "b{}"), ("c.css", "c{}")]);
        join(&mut found).expect("joined");
        let expected = "<a>\n<link rel=\"stylesheet\" href=\"./page.css\">\n<b data-css=./c.css>";
        assert_eq!(found, files(&[(PAGE, expected), ("c.css", "c{}"), (SHEET, "b{}a{}")]));
        join(&mut found).expect("one sheet stays one");
        assert_eq!(found[SHEET], b"b{}a{}");
    }

    #[test]
    fn a_sheet_that_is_not_there_is_a_problem() {
        let mut found = files(&[(PAGE, "<link rel=\"stylesheet\" href=\"./b.css\"/>")]);
        assert!(join(&mut found).is_err_and(|problem| problem.contains("b.css")));
        assert!(join(&mut files(&[])).is_err());
    }
}
