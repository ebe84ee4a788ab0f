//! What takes a while: the device as a file, and away.

use super::Lab;
use crate::limits;
use crate::ui::hooks::file;
use crate::ui::lab::message::{LabMsg, TourMsg};
use wasm_bindgen_futures::spawn_local;

impl Lab {
    /// What takes a while is told when it is over.
    fn later(&self, work: impl Future<Output = Result<String, String>> + 'static) {
        let say = self.say.clone();
        spawn_local(async move { say.emit(LabMsg::Done(work.await).into()) });
    }

    pub(super) fn export(&self) {
        let (device, name) = (self.device.clone(), self.state.name.clone());
        let file_name = format!("replicascope-{}.bin", name.to_ascii_lowercase().replace(' ', "-"));
        self.later(async move {
            let bytes = device.export().await.map_err(|error| format!("Not exported: {error}."))?;
            file::save(&file_name, &bytes).map_err(|_| "Not exported: the browser does not save files here.".to_owned())?;
            Ok(format!("{name} is exported as {file_name}."))
        });
    }

    pub(super) fn import(&mut self, chosen: web_sys::File) {
        let device = self.device.clone();
        self.undo.clear();
        self.later(async move {
            let bytes = file::read(&chosen, limits::MAX_DEVICE_FILE_BYTES).await.map_err(|problem| format!("Not imported: {problem}."))?;
            device.import(&bytes).await.map_err(|error| format!("Not imported: {error}."))?;
            Ok("Imported: the same writes, under a new identity.".to_owned())
        });
    }

    pub(super) fn clear(&mut self, is_all: bool) {
        self.close_dialog();
        self.undo.clear();
        let (device, say) = (self.device.clone(), self.say.clone());
        self.later(async move {
            let cleared = if is_all { device.clear_all().await } else { device.clear().await };
            cleared.map_err(|error| format!("Not cleared: {error}."))?;
            if is_all {
                // Nothing of what was ticked is there any more.
                say.emit(LabMsg::Tour(TourMsg::Restart).into());
            }
            Ok(if is_all { "Everything is cleared." } else { "This device is cleared, and begins as a new one." }.to_owned())
        });
    }
}
