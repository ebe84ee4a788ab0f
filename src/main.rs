//! The page's first program: the opening scene alone, so that it is there quickly.

fn main() {
    replicascope::ui::start();
}
