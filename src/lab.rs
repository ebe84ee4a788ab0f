//! The page's third program: the offline lab, a device with the real local leader. Loaded by `?view=lab`.

fn main() {
    replicascope::ui::start_lab();
}
