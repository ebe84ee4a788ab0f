//! The release page: its content security policy, and what else has to hold for it to be hosted anywhere.

use crate::{
    Outcome, assets,
    markup::{self, Tag},
    offline, project, sheets,
};
use std::{env, fs, path::Path};

/// Only the page's own files, and WebSockets to where a person says; WebAssembly, but no `eval`; pictures that the page makes itself, for downloads.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self' ws: wss:; manifest-src 'self'; worker-src 'self'; \
    base-uri 'none'; form-action 'none'";

/// A check of the page, and what is wrong if it does not hold.
pub(crate) type Check = (&'static str, Vec<String>);

/// Trunk's hook after each build: puts the policy into release pages, names their files by what they hold, and tells the
/// service worker which there are.
pub(crate) fn finish() -> Outcome {
    let folder = env::var_os("TRUNK_STAGING_DIR").ok_or("`finish-page` is for Trunk to call")?;
    if env::var_os("TRUNK_PROFILE").is_none_or(|profile| profile != "release") {
        return Ok(());
    }
    let folder = Path::new(&folder);
    let path = folder.join(assets::PAGE);
    let page = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if has_inline_script(&markup::tags(&page)) {
        // `trunk serve --release` reloads by one; the checks of the release page accept none.
        println!("the page has an inline script, so it gets no content security policy and does not work offline");
        return Ok(());
    }
    let mut files = assets::slim(assets::read(folder)?);
    sheets::join(&mut files)?;
    let mut files = assets::renamed(files)?;
    offline::fill(&mut files)?;
    let page = files.remove(assets::PAGE).and_then(|page| with_policy(&String::from_utf8(page).ok()?));
    files.insert(assets::PAGE.to_owned(), page.ok_or("index.html has no <head>")?.into_bytes());
    assets::write(folder, &files)
}

/// Whether the file is a release page.
pub(crate) fn has_policy(index: &Path) -> bool {
    fs::read_to_string(index).is_ok_and(|page| problems_of_policy(&markup::tags(&page)).is_empty())
}

/// The policy comes first, since it holds only for what follows it.
fn with_policy(page: &str) -> Option<String> {
    let (before, after) = page.split_once("<head>")?;
    Some(format!("{before}<head>\n<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">{after}"))
}

/// Everything that has to hold for the page in `dist/`, beside its size.
pub(crate) fn check() -> Outcome<Vec<Check>> {
    let dist = project::dist();
    let page = fs::read_to_string(dist.join(assets::PAGE)).map_err(|error| format!("dist/index.html: {error}"))?;
    let files = assets::read(&dist)?;
    let tags = markup::tags(&page);
    Ok(vec![
        ("the page has its content security policy", problems_of_policy(&tags)),
        ("no script is inline", inline_scripts(&tags)),
        ("no style is inline", inline_styles(&tags)),
        ("nothing is loaded from elsewhere", references(&tags).filter(|address| is_foreign(address)).collect()),
        ("all files of the page are there, under relative addresses", missing_files(&tags, &dist)),
        ("every name holds the digest of its file", offline::problems_of_names(&files)),
        ("the service worker keeps every file, and asks for no other", offline::problems_of_list(&files)),
        ("the page and the service worker are of one build", offline::problems_of_build(&files)),
        ("the page can be installed", problems_of_manifest(&tags, &files)),
    ])
}

/// The manifest is there, names itself and its icons, and works under any path.
fn problems_of_manifest(tags: &[Tag], files: &assets::Files) -> Vec<String> {
    let address = tags.iter().find(|tag| tag.attribute("rel") == Some("manifest")).and_then(|tag| tag.attribute("href"));
    let content = address.and_then(|address| files.get(address.trim_start_matches("./")));
    let Some(manifest) = content.and_then(|content| str::from_utf8(content).ok()) else {
        return vec!["there is no manifest".to_owned()];
    };
    let value = |line: &str| line.split('"').nth(3).map(str::to_owned);
    let icons: Vec<String> = manifest.lines().filter(|line| line.contains("\"src\"")).filter_map(value).collect();
    let missing = icons.iter().filter(|icon| !files.contains_key(*icon)).map(|icon| format!("there is no {icon}"));
    let needed = ["\"name\": \"", "\"start_url\": \"./\"", "\"scope\": \"./\"", "\"purpose\": \"any\"", "\"purpose\": \"maskable\""];
    missing.chain(needed.into_iter().filter(|part| !manifest.contains(part)).map(|part| format!("it has no {part}"))).collect()
}

fn problems_of_policy(tags: &[Tag]) -> Vec<String> {
    let mut policies = tags.iter().filter(|tag| tag.attribute("http-equiv") == Some("Content-Security-Policy"));
    match (policies.next(), policies.next()) {
        (Some(tag), None) if tag.attribute("content") == Some(POLICY) => Vec::new(),
        (Some(_), None) => vec!["it is another policy than the one in xtask/src/page.rs".to_owned()],
        (None, _) => vec!["there is none".to_owned()],
        (Some(_), Some(_)) => vec!["there are several".to_owned()],
    }
}

fn has_inline_script(tags: &[Tag]) -> bool {
    tags.iter().any(|tag| tag.name == "script" && !tag.text.is_empty())
}

fn inline_scripts(tags: &[Tag]) -> Vec<String> {
    let scripts = tags.iter().filter(|tag| tag.name == "script" && !tag.text.is_empty());
    let handlers = tags.iter().flat_map(|tag| &tag.attributes).filter(|(name, _)| name.starts_with("on"));
    scripts.map(|tag| beginning(&tag.text)).chain(handlers.map(|(name, value)| format!("{name}={value}"))).collect()
}

fn inline_styles(tags: &[Tag]) -> Vec<String> {
    let sheets = tags.iter().filter(|tag| tag.name == "style").map(|tag| beginning(&tag.text));
    sheets.chain(tags.iter().filter_map(|tag| tag.attribute("style")).map(beginning)).collect()
}

fn beginning(text: &str) -> String {
    text.chars().take(60).collect()
}

/// The addresses of everything that the page loads; where its links lead is no concern of it.
fn references(tags: &[Tag]) -> impl Iterator<Item = String> {
    let loading = tags.iter().filter(|tag| tag.name != "a" && tag.attribute("rel") != Some("canonical"));
    // What a language is written in stands at the link that chooses it.
    let words = tags.iter().filter_map(|tag| tag.attribute("data-words"));
    let names = ["src", "href", "poster", "data", "data-js", "data-wasm", "data-worker", "data-css"];
    loading
        .flat_map(move |tag| names.into_iter().filter_map(|name| tag.attribute(name)))
        .chain(words)
        // Style sheets of a program may be several; no address of ours holds a space.
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .filter(|address| !address.starts_with("data:") && !address.starts_with('#'))
}

fn is_foreign(address: &str) -> bool {
    address.starts_with("//") || address.contains("://")
}

fn missing_files(tags: &[Tag], dist: &Path) -> Vec<String> {
    let is_there = |address: &str| {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        !path.starts_with('/') && dist.join(path).exists()
    };
    references(tags).filter(|address| !is_foreign(address) && !is_there(address)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references_of(page: &str) -> Vec<String> {
        references(&markup::tags(page)).collect()
    }

    #[test]
    fn the_policy_comes_first() {
        let page = with_policy("<html><head><title>a</title></head></html>").expect("a page");
        let tags = markup::tags(&page);
        assert_eq!(tags[2].name, "meta");
        assert!(problems_of_policy(&tags).is_empty());
        assert_eq!(with_policy("<p>"), None);
    }

    #[test]
    fn missing_and_doubled_policies_are_seen() {
        assert_eq!(problems_of_policy(&[]), ["there is none"]);
        let twice = with_policy("<head>").and_then(|page| with_policy(&page)).expect("a page");
        assert_eq!(problems_of_policy(&markup::tags(&twice)), ["there are several"]);
    }

    #[test]
    fn inline_code_is_seen() {
        let tags = markup::tags("<script src=a.js></script><script>b()</script><p onclick='c()' style='d'><style>e</style>");
        assert!(has_inline_script(&tags));
        assert_eq!(inline_scripts(&tags), ["b()", "onclick=c()"]);
        assert_eq!(inline_styles(&tags), ["e", "d"]);
    }

    #[test]
    fn only_what_is_loaded_is_a_reference() {
        let page = "<a href=https://example.org><link rel=canonical href=https://example.org>\
            <link rel=icon href=data:,><img src=//example.org/x.png><meta data-js=./a.js data-wasm=./a.wasm data-css='./a.css ./b.css'>\
            <a href='?lang=de' data-words=de.json>";
        let found = references_of(page);
        assert_eq!(found, ["//example.org/x.png", "./a.js", "./a.wasm", "./a.css", "./b.css", "de.json"]);
        assert_eq!(found.iter().map(|address| is_foreign(address)).collect::<Vec<_>>(), [true, false, false, false, false, false]);
    }

    #[test]
    fn a_manifest_has_its_icons_and_relative_addresses() {
        let problems = |manifest: &str| {
            let files = [("m.webmanifest", manifest), ("i.svg", "")].map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
            problems_of_manifest(&markup::tags("<link rel=manifest href=./m.webmanifest>"), &files.into())
        };
        let sound = fs::read_to_string(project::root().join("www/manifest.webmanifest")).expect("the manifest");
        let sound = sound.replace("icon.svg", "i.svg").replace("icon-maskable.svg", "i.svg");
        assert!(problems(&sound).is_empty(), "{:?}", problems(&sound));
        assert_eq!(problems(&sound.replacen("i.svg", "j.svg", 1)), ["there is no j.svg"]);
        assert_eq!(problems(&sound.replace("\"start_url\": \"./\"", "\"start_url\": \"/\"")).len(), 1);
        assert_eq!(problems_of_manifest(&[], &assets::Files::new()), ["there is no manifest"]);
    }

    #[test]
    fn files_are_looked_for_in_the_folder_of_the_page() {
        let folder = project::root().join("xtask");
        let tags = markup::tags("<img src=./Cargo.toml?a#b><img src=/xtask/Cargo.toml><img src=none.svg>");
        assert_eq!(missing_files(&tags, &folder), ["/xtask/Cargo.toml", "none.svg"]);
    }
}
