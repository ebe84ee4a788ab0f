//! What the release build tells the service worker: the name of the build, and the files that make it up.

use crate::{
    Outcome,
    assets::{self, Files, PAGE, SERVICE_WORKER},
    sha256,
};
use std::str;

/// The lines of the service worker that a build fills in, as they are in its source.
const NO_BUILD: &str = "const BUILD = \"\";";
const NO_FILES: &str = "const FILES = [];";

/// Names the build in the page and in the service worker, and lists all other files there.
pub(crate) fn fill(files: &mut Files) -> Outcome {
    let (page, worker) = (text(files, PAGE)?, text(files, SERVICE_WORKER)?);
    let names: Vec<String> = files.keys().filter(|name| !assets::is_fixed(name)).map(|name| format!("\"{name}\"")).collect();
    let list = format!("const FILES = [{}];", names.join(","));
    // The page names the other files by what they hold.
    let build = sha256::short_hex(format!("{page}{worker}{list}").as_bytes());
    let page = replaced_once(page, "<head>", &format!("<head>\n<meta name=\"replicascope-build\" content=\"{build}\">"));
    let worker = replaced_once(worker, NO_BUILD, &format!("const BUILD = \"{build}\";"));
    let worker = worker.and_then(|worker| replaced_once(&worker, NO_FILES, &list));
    let (page, worker) = (page.ok_or("index.html has no <head>")?, worker.ok_or("the service worker has no lines to fill in")?);
    files.insert(PAGE.to_owned(), page.into_bytes());
    files.insert(SERVICE_WORKER.to_owned(), worker.into_bytes());
    Ok(())
}

/// Files of the build that are not kept for offline use, and names in the list that are of no file.
pub(crate) fn problems_of_list(files: &Files) -> Vec<String> {
    let Some(list) = text(files, SERVICE_WORKER).ok().and_then(|worker| between(worker, "const FILES = [", "];")) else {
        return vec!["the service worker has no list".to_owned()];
    };
    let listed: Vec<&str> = list.split(',').map(|name| name.trim_matches('"')).filter(|name| !name.is_empty()).collect();
    let expected = || files.keys().map(String::as_str).filter(|name| !assets::is_fixed(name));
    let unlisted = expected().filter(|name| !listed.contains(name)).map(|name| format!("{name} is not listed"));
    let missing = listed.iter().filter(|name| !expected().any(|file| file == **name)).map(|name| format!("there is no file {name:?}"));
    unlisted.chain(missing).collect()
}

/// The page and the service worker are of one build, and it has a name.
pub(crate) fn problems_of_build(files: &Files) -> Vec<String> {
    let of_page = text(files, PAGE).ok().and_then(|page| between(page, "<meta name=\"replicascope-build\" content=\"", "\">"));
    let of_worker = text(files, SERVICE_WORKER).ok().and_then(|worker| between(worker, "const BUILD = \"", "\";"));
    let is_sound = of_page.is_some_and(|build| !build.is_empty()) && of_page == of_worker;
    if is_sound { Vec::new() } else { vec![format!("the page is of {of_page:?}, the service worker of {of_worker:?}")] }
}

/// Files whose names do not hold the digest of what they hold.
pub(crate) fn problems_of_names(files: &Files) -> Vec<String> {
    let wrong = files.iter().filter(|(name, content)| !assets::is_fixed(name) && !assets::has_digest(name, content));
    wrong.map(|(name, _)| name.clone()).collect()
}

fn text<'a>(files: &'a Files, name: &str) -> Outcome<&'a str> {
    let content = files.get(name).ok_or_else(|| format!("there is no {name}"))?;
    str::from_utf8(content).map_err(|error| format!("{name}: {error}"))
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(inside, _)| inside)
}

fn replaced_once(text: &str, old: &str, new: &str) -> Option<String> {
    (text.matches(old).count() == 1).then(|| text.replacen(old, new, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(name, content)| ((*name).to_owned(), content.as_bytes().to_vec())).collect()
    }

    fn filled(script: &str) -> Files {
        let worker = format!("{NO_BUILD}\n{NO_FILES}\n");
        let mut files = files(&[("index.html", "<head></head>"), ("service-worker.js", &worker), ("a-1.js", script), ("b-2.css", "")]);
        fill(&mut files).expect("a page and a service worker");
        files
    }

    #[test]
    fn the_service_worker_knows_the_build_and_all_its_files() {
        let files = filled("");
        let worker = text(&files, SERVICE_WORKER).expect("text");
        assert!(worker.ends_with("\nconst FILES = [\"a-1.js\",\"b-2.css\"];\n"), "{worker}");
        assert!(problems_of_list(&files).is_empty() && problems_of_build(&files).is_empty());
    }

    #[test]
    fn what_is_not_listed_or_not_there_is_seen() {
        let mut files = filled("");
        files.remove("a-1.js");
        files.insert("c-3.js".to_owned(), Vec::new());
        assert_eq!(problems_of_list(&files), ["c-3.js is not listed", "there is no file \"a-1.js\""]);
        assert_eq!(problems_of_names(&files), ["b-2.css", "c-3.js"]);
    }

    #[test]
    fn parts_of_two_builds_are_seen() {
        let mut files = filled("");
        assert!(fill(&mut files).is_err(), "nothing is left to fill in");
        files.insert(PAGE.to_owned(), b"<meta name=\"replicascope-build\" content=\"other\">".to_vec());
        assert_eq!(problems_of_build(&files).len(), 1);
        files.remove(PAGE);
        assert_eq!(problems_of_build(&files).len(), 1);
    }

    #[test]
    fn a_page_that_was_not_filled_in_is_seen() {
        let files = files(&[("index.html", "<head></head>"), ("service-worker.js", &format!("{NO_BUILD}{NO_FILES}")), ("a.js", "")]);
        assert_eq!(problems_of_list(&files), ["a.js is not listed"]);
        assert_eq!(problems_of_build(&files).len(), 1);
    }
}
