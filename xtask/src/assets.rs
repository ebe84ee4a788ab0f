//! The names of the release page's files: each holds the digest of what the file holds, so that a name never means two
//! things, in no cache and in no build. Trunk's own names are of the sources, or of nothing.

use crate::{Outcome, sha256};
use std::{collections::BTreeMap, fs, ops::RangeInclusive, path::Path, str};

/// What a folder holds, by name.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

pub(crate) const PAGE: &str = "index.html";
/// Its address must stay, since a browser looks for the next version there.
pub(crate) const SERVICE_WORKER: &str = "service-worker.js";

/// Other pages name it.
pub(crate) const EMBED: &str = "embed.js";

/// Digits of a digest in a name: ours has sixteen of them, Trunk leaves out zeros at the beginning. Words have fewer.
const DIGIT_COUNT: RangeInclusive<usize> = 10..=16;

/// All files of the folder, which has no folders in it: modules of JavaScript inside them would need names of their own.
pub(crate) fn read(folder: &Path) -> Outcome<Files> {
    let problem = |error| format!("{}: {error}", folder.display());
    let mut files = Files::new();
    for entry in fs::read_dir(folder).map_err(problem)? {
        let path = entry.map_err(problem)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| format!("{}: no plain name", path.display()))?;
        files.insert(name.to_owned(), fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?);
    }
    Ok(files)
}

/// Makes the folder hold these files and no others.
pub(crate) fn write(folder: &Path, files: &Files) -> Outcome {
    for name in read(folder)?.keys().filter(|name| !files.contains_key(*name)) {
        fs::remove_file(folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    for (name, content) in files {
        fs::write(folder.join(name), content).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

/// The same files, scripts and style sheets without what only their readers need: comments on lines of their own,
/// indentation, and in style sheets the ends of lines.
pub(crate) fn slim(mut files: Files) -> Files {
    for (name, content) in &mut files {
        let is_style = name.ends_with(".css");
        if let Some(text) = text(content).filter(|_| is_style || name.ends_with(".js")) {
            *content = slimmed(text, is_style).into_bytes();
        }
    }
    files
}

fn slimmed(source: &str, is_style: bool) -> String {
    let (mut kept, mut is_comment, mut is_template) = (String::new(), false, false);
    for line in source.lines() {
        let words = line.trim();
        is_comment |= !is_template && words.starts_with("/*");
        let is_kept = is_template || !(is_comment || words.is_empty() || words.starts_with("//"));
        if is_kept {
            // What stands in a template is text of the program.
            kept.push_str(if is_template { line } else { words });
            is_template ^= words.matches('`').count() % 2 == 1;
            if !(is_style && words.ends_with([',', ';', '{', '}'])) {
                kept.push('\n');
            }
        }
        is_comment &= !words.ends_with("*/");
    }
    kept
}

/// The same files under names with digests, also where they name each other.
pub(crate) fn renamed(mut files: Files) -> Outcome<Files> {
    let mut done = Files::new();
    while let Some(name) = next(&files) {
        let content = files.remove(&name).unwrap_or_default();
        let new = with_digest(&name, &content);
        for other in files.values_mut() {
            if let Some(text) = text(other) {
                *other = replaced(text, &name, &new).into_bytes();
            }
        }
        done.insert(new, content);
    }
    let left: Vec<&str> = files.keys().map(String::as_str).filter(|name| !is_fixed(name)).collect();
    if !left.is_empty() {
        return Err(format!("these files name each other, so that no digest comes first: {}", left.join(", ")));
    }
    done.append(&mut files);
    Ok(done)
}

/// Whether the file keeps its name.
pub(crate) fn is_fixed(name: &str) -> bool {
    [PAGE, SERVICE_WORKER, EMBED].contains(&name)
}

/// Whether the name holds the digest of the content.
pub(crate) fn has_digest(name: &str, content: &[u8]) -> bool {
    name.contains(&format!("-{}.", sha256::short_hex(content)))
}

/// A file that names no other whose name is still to change.
fn next(files: &Files) -> Option<String> {
    let changing = || files.keys().filter(|name| !is_fixed(name));
    let is_ready = |name: &&String| {
        let text = text(&files[*name]).unwrap_or_default();
        changing().all(|other| find(text, other).is_none())
    };
    changing().find(is_ready).cloned()
}

/// Programs of WebAssembly name no files.
fn text(content: &[u8]) -> Option<&str> {
    str::from_utf8(content).ok().filter(|text| !text.starts_with("\0asm"))
}

/// The name without Trunk's digest, and with this content's before its last dot.
fn with_digest(name: &str, content: &[u8]) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("{}-{}.{extension}", without_digest(stem), sha256::short_hex(content))
}

fn without_digest(stem: &str) -> String {
    for (index, _) in stem.match_indices('-') {
        let after = &stem[index + 1..];
        let digit_count = after.bytes().take_while(u8::is_ascii_hexdigit).count();
        let rest = &after[digit_count..];
        if DIGIT_COUNT.contains(&digit_count) && (rest.is_empty() || rest.starts_with('_')) {
            return format!("{}{rest}", &stem[..index]);
        }
    }
    stem.to_owned()
}

/// Where the text holds the name as a whole, not as a part of a longer one.
fn find(text: &str, name: &str) -> Option<usize> {
    let goes_on = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    text.match_indices(name).map(|(index, _)| index).find(|&index| {
        let is_beginning = !text[..index].ends_with(|character| goes_on(character) || character == '.');
        is_beginning && !text[index + name.len()..].starts_with(goes_on)
    })
}

fn replaced(text: &str, name: &str, new: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(index) = find(rest, name) {
        result.extend([&rest[..index], new]);
        rest = &rest[index + name.len()..];
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(name, content)| ((*name).to_owned(), content.as_bytes().to_vec())).collect()
    }

    fn names(files: &Files) -> Vec<&str> {
        files.keys().map(String::as_str).collect()
    }

    #[test]
    fn what_only_readers_need_goes() {
        let source = "// a\nlet b = 1; // c\n  /** d\n   * e */\n\n/* f */\n  let g = \"http://h\";\n";
        assert_eq!(slimmed(source, false), "let b = 1; // c\nlet g = \"http://h\";\n");
        assert_eq!(slimmed("a = `b\n  // c`;\n  d();\n", false), "a = `b\n  // c`;\nd();\n", "a template keeps its lines");
        assert_eq!(slimmed("a,\nb {\n  c: d;\n}\n", true), "a,b {c: d;}");
        let only_sources = slim(Files::from([("a.svg".to_owned(), b"// a".to_vec()), ("a.js".to_owned(), b"// a".to_vec())]));
        assert_eq!(only_sources.values().map(Vec::len).collect::<Vec<_>>(), [0, 4]);
    }

    #[test]
    fn names_hold_the_digest_of_the_content_instead_of_trunks() {
        let content = b"abc";
        for name in ["app-0123456789abcdef.js", "app-7ebe6c32add8b03.js", "app.js", "app-ba7816bf8f01cfea.js"] {
            assert_eq!(with_digest(name, content), "app-ba7816bf8f01cfea.js");
        }
        assert_eq!(with_digest("an-app-0123456789abcdef_bg.wasm", content), "an-app_bg-ba7816bf8f01cfea.wasm");
        assert!(has_digest("app-ba7816bf8f01cfea.js", content) && !has_digest("app-0123456789abcdef.js", content));
    }

    #[test]
    fn a_change_of_a_file_changes_the_names_of_all_that_name_it() {
        let built = |icon| {
            let list = [
                ("index.html", "<link href=list.json>"),
                ("list.json", "\"icon.svg\""),
                ("icon.svg", icon),
                ("other.js", "let icon"),
                ("service-worker.js", ""),
            ];
            renamed(files(&list)).expect("no circle")
        };
        let (before, after) = (built("a"), built("b"));
        let changed: Vec<bool> = names(&before).into_iter().zip(names(&after)).map(|(before, after)| before != after).collect();
        assert_eq!(changed, [true, false, true, false, false], "icon, index.html, list, other, service-worker.js");
        assert!(before.iter().all(|(name, content)| is_fixed(name) || has_digest(name, content)));
        let page = str::from_utf8(&before["index.html"]).expect("text");
        assert_eq!(page, format!("<link href={}>", names(&before)[2]));
    }

    #[test]
    fn two_files_with_one_content_become_one() {
        let found = renamed(files(&[("a.svg", "x"), ("a-0123456789abcdef.svg", "x"), ("index.html", "./a.svg ./a-0123456789abcdef.svg")]));
        let found = found.expect("no circle");
        assert_eq!(found.len(), 2);
        let name = names(&found)[0];
        assert_eq!(found["index.html"], format!("./{name} ./{name}").into_bytes());
    }

    #[test]
    fn files_that_name_each_other_are_refused() {
        let circle = files(&[("a.js", "import './b.js'"), ("b.js", "import './a.js'"), ("index.html", "")]);
        assert!(renamed(circle).is_err_and(|problem| problem.ends_with("a.js, b.js")));
    }

    #[test]
    fn a_part_of_a_longer_name_is_none() {
        assert_eq!(replaced("ab.css b.css x-b.css b.css2 ./b.css", "b.css", "c"), "ab.css c x-b.css b.css2 ./c");
    }
}
