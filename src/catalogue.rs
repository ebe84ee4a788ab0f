//! The page's second program: every strategy and scenario. Loaded instead of the first when the address asks for more.

fn main() {
    replicascope::ui::start();
}
