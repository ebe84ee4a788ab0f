//! What is shown: tabs, dialogs, theme, proofs.

use super::App;
use crate::replication::ids::NodeId;
use crate::ui::IS_WHOLE;
use crate::ui::hooks::page;
use crate::ui::message::{ShowMsg, Tab};
use crate::ui::painter::Palette;
use crate::view::verdicts::Marked;
use std::rc::Rc;

impl App {
    pub(super) fn on_show(&mut self, msg: ShowMsg) -> bool {
        match msg {
            ShowMsg::Tab(tab) => {
                self.tab = tab;
                page::scroll_to_top("panel-content");
            }
            ShowMsg::FarTab(tab) => {
                self.tab = tab;
                page::go_to("panel-content");
            }
            ShowMsg::Node(node) if IS_WHOLE && self.screen.as_ref().is_some_and(|screen| screen.is_draft) => {
                self.focus_next = self.field_of(node)
            }
            ShowMsg::Node(node) => {
                self.selected = Some(node);
                if self.tab != Tab::Conflict {
                    self.tab = Tab::Replica;
                }
            }
            ShowMsg::Theme(theme) => {
                self.theme = theme;
                theme.apply();
                theme.store();
                self.palette = Palette::read();
            }
            ShowMsg::Media => {
                self.palette = Palette::read();
                self.is_motion_reduced = page::prefers_reduced_motion();
            }
            ShowMsg::Dialog(dialog) => {
                #[cfg(feature = "catalogue")]
                if dialog == crate::ui::message::Dialog::Course {
                    self.course.open();
                }
                self.dialog = Some(dialog);
                self.is_copied = None;
                self.search.clear();
            }
            ShowMsg::Copied(is_copied) => self.is_copied = Some(is_copied),
            ShowMsg::CloseDialog => {
                self.dialog = None;
                self.asked = None;
            }
            ShowMsg::DismissAlert => self.alert = None,
            ShowMsg::Resized(width) => self.width = width,
            ShowMsg::Heartbeats(with_heartbeats) => self.with_heartbeats = with_heartbeats,
            ShowMsg::Aloud(aloud) if IS_WHOLE => {
                self.aloud = aloud;
                aloud.store();
            }
            ShowMsg::Aloud(_) => {}
            ShowMsg::Search(search) => self.search = search,
            ShowMsg::Proof(guarantee, sentence, operations) if IS_WHOLE => self.show_proof(guarantee, sentence, &operations),
            ShowMsg::Proof(..) => {}
            #[cfg(feature = "catalogue")]
            ShowMsg::AllFates(with_all) => self.with_all_fates = with_all,
            ShowMsg::NoProof => {
                self.marked = None;
                #[cfg(feature = "catalogue")]
                self.diagram.unprove();
            }
        }
        true
    }

    /// Goes to the moment at which a proof was complete, and marks what it is made of.
    fn show_proof(&mut self, guarantee: &str, sentence: String, operations: &[u64]) {
        let Some(player) = &mut self.player else { return };
        #[cfg(feature = "catalogue")]
        self.diagram.prove(guarantee, &sentence, operations, player);
        #[cfg(not(feature = "catalogue"))]
        let _ = guarantee;
        self.marked = Marked::new(sentence, operations, player.session.history(), &player.names).map(Rc::new);
        if let Some(marked) = &self.marked {
            player.running = None;
            player.session.seek(marked.at);
            self.tab = Tab::Events;
        }
    }

    /// Nodes of what was found or of the proof that is being looked at; before them, what the diagram points at.
    pub(super) fn ringed(&self) -> Vec<NodeId> {
        let mut marked = self.marked.as_ref().map(|marked| marked.nodes()).unwrap_or_default();
        marked.extend(self.found());
        #[cfg(feature = "catalogue")]
        let marked = if self.diagram.ringed().is_empty() { marked } else { self.diagram.ringed() };
        marked
    }
}
