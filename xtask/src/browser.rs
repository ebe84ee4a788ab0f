//! Chromium and its driver, for the tests in a browser.

use crate::{Outcome, process::Child, project, watch::Stopwatch};
use std::{env, path::PathBuf};

/// The two programs.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

const HOW_TO: &str = "\
Chromium or its driver is missing. Install both, of the same version, and have `chromium` (or `google-chrome`) and
`chromedriver` on the PATH, or name them in the variables CHROMIUM and CHROMEDRIVER. For example:
    Debian    sudo apt-get install chromium chromium-driver fonts-dejavu-core
    Fedora    sudo dnf install chromium chromedriver
    Arch      sudo pacman -S chromium
    macOS     brew install --cask google-chrome chromedriver";

/// Finds both, after installing them where that is possible without asking anybody.
pub(crate) fn ensure(watch: &Stopwatch) -> Outcome<Browser> {
    if let Some(browser) = find() {
        return Ok(browser);
    }
    if !can_install() {
        return Err(HOW_TO.to_owned());
    }
    watch.step("Chromium or its driver is missing: installing Debian's packages");
    Child::new("apt-get").args(["update"]).run(watch)?;
    Child::new("apt-get")
        .args(["install", "--yes", "chromium", "chromium-driver", "fonts-dejavu-core"])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .run(watch)?;
    find().ok_or_else(|| HOW_TO.to_owned())
}

fn find() -> Option<Browser> {
    let chromium = named_by("CHROMIUM")
        .or_else(|| NAMES.iter().find_map(|name| project::find_program(name)))
        .or_else(|| Some(PathBuf::from(MAC)).filter(|path| path.is_file()))?;
    let driver = named_by("CHROMEDRIVER").or_else(|| project::find_program("chromedriver"))?;
    Some(Browser { chromium, driver })
}

fn named_by(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

/// A system with Debian's packages, and the right to install them.
fn can_install() -> bool {
    project::find_program("apt-get").is_some() && Child::new("id").args(["-u"]).read().as_deref() == Some("0")
}
