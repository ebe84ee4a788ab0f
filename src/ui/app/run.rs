//! Playback and the guide: frames, and what moves the run.

use super::App;
use crate::ui::IS_WHOLE;
use crate::ui::guide::Guide;
use crate::ui::hooks::frame::Frames;
use crate::ui::message::{GuideMsg, Msg, RunMsg};
use crate::ui::player::{self, Player};
use yew::prelude::*;

impl App {
    /// Frames run exactly while time passes.
    pub(super) fn keep_frames(&mut self, ctx: &Context<Self>) {
        let is_playing = self.player.as_ref().is_some_and(Player::is_playing);
        #[cfg(feature = "catalogue")]
        let is_playing = is_playing || self.compare.is_running();
        if !is_playing {
            self.frames = None;
            self.last_frame_ms = None;
        } else if self.frames.is_none() {
            let link = ctx.link().clone();
            self.frames = Some(Frames::start(move |at_ms| link.send_message(Msg::Frame(at_ms))));
        }
    }

    /// Since the frame before. A page that was hidden does not catch up: at most a tenth of a second passes per frame.
    pub(super) fn passed_ms(&mut self, at_ms: f64) -> f64 {
        let last = self.last_frame_ms.replace(at_ms);
        last.map_or(0.0, |last| (at_ms - last).clamp(0.0, 100.0))
    }

    pub(super) fn on_frame(&mut self, at_ms: f64) -> bool {
        let passed_us = (self.passed_ms(at_ms) * 1_000.0) as u64;
        let Some(player) = &mut self.player else { return false };
        if IS_WHOLE && player.search.get().is_some() {
            return self.search_on();
        }
        if !self.is_motion_reduced {
            return player.advance(passed_us);
        }
        self.waited_us += passed_us;
        player.advance_without_motion(&mut self.waited_us)
    }

    pub(super) fn on_run(&mut self, msg: RunMsg) -> bool {
        let Some(player) = &mut self.player else { return false };
        match msg {
            RunMsg::Toggle => player.toggle(),
            RunMsg::Step => player.step(),
            RunMsg::StepBack => player.step_back(),
            RunMsg::Seek(time) => {
                player.running = None;
                player.session.seek(time.min(player.session.horizon()));
            }
            RunMsg::Jump(at, event) => {
                player.running = None;
                let place = player.session.place(at, event);
                player.session.seek_event(place);
            }
            RunMsg::Settle => {
                if !player.settle() {
                    self.alert = Some("The run did not become quiet within two minutes of simulated time.".to_owned());
                }
            }
            RunMsg::Speed(speed) => player.speed = speed,
            RunMsg::Restart(seed) => {
                self.marked = None;
                player.running = None;
                player.session.restart(seed);
                let variant = player.variant.clone();
                player.guide = player::guide(player.scenario, variant.as_deref(), &player.session).map(Guide::closed);
            }
            RunMsg::Branch(index) => {
                self.marked = None;
                player.running = None;
                player.session.switch_branch(index);
            }
        }
        true
    }

    pub(super) fn on_guide(&mut self, msg: GuideMsg) -> bool {
        let Some(player) = &mut self.player else { return false };
        let is_moving = matches!(msg, GuideMsg::Next | GuideMsg::Back);
        match msg {
            GuideMsg::Next => player.next_step(),
            GuideMsg::Back => player.previous_step(),
            GuideMsg::Close | GuideMsg::Reopen => {
                if let Some(guide) = &mut player.guide {
                    guide.set_closed(matches!(msg, GuideMsg::Close));
                }
            }
            GuideMsg::Answer(chosen) => {
                if let Some(guide) = &mut player.guide {
                    guide.answer(chosen);
                }
            }
        }
        if is_moving {
            self.follow_lesson();
        }
        true
    }

    /// Brings forward what the lesson wants to be seen.
    pub(super) fn follow_lesson(&mut self) {
        let guide = self.player.as_ref().and_then(|player| player.guide.as_ref()).filter(|guide| !guide.is_closed());
        self.tab = guide.and_then(Guide::tab).unwrap_or(self.tab);
    }
}
