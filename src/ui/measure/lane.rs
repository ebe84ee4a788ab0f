//! One run of a comparison: played to its end first, and from then on shown at any time of it.

use crate::compare::Run;
use crate::hunt::Player;
use crate::recipe::Recipe;
use crate::replication::time::SimTime;
use crate::scenarios::Outcome;
use crate::session::Session;
use crate::simulation::snapshot::Flight;
use crate::ui::painter::{self, Palette};
use crate::view::names::Names;
use crate::view::stage::{self, Scene};
use std::rc::Rc;
use yew::NodeRef;

/// The run.
pub(crate) struct Lane {
    pub(crate) run: Run,
    names: Rc<Names>,
    state: State,
    pub(crate) canvas: NodeRef,
    flights: Vec<Flight>,
    scene: Option<Rc<Scene>>,
    /// Events behind it when the scene was made, and how wide that is.
    made_for: Option<(u64, f64)>,
}

enum State {
    /// It is being played.
    Playing(Box<Player>),
    /// It ends then.
    Played(Box<Session>, SimTime),
    /// It cannot be run, and why.
    Refused(String),
}

impl Lane {
    /// A run, not played yet.
    pub(crate) fn new(run: Run) -> Self {
        let recipe = run.recipe.clone();
        let player = recipe.check().and_then(|()| Player::of_run(run.scenario, recipe));
        let state = player.map_or_else(|error| State::Refused(error.to_string()), |player| State::Playing(Box::new(player)));
        let names = Rc::new(Names::new(&run.recipe.setup));
        Self { run, names, state, canvas: NodeRef::default(), flights: Vec::new(), scene: None, made_for: None }
    }

    /// Plays a little; `false`: there is nothing more to play.
    pub(crate) fn play(&mut self) -> bool {
        let State::Playing(player) = &mut self.state else { return false };
        if !player.step() {
            return true;
        }
        if let State::Playing(player) = std::mem::replace(&mut self.state, State::Refused(String::new())) {
            let session = player.into_session();
            let end = session.now();
            self.state = State::Played(Box::new(session), end);
        }
        false
    }

    /// Whether it is still being played.
    pub(crate) const fn is_playing(&self) -> bool {
        matches!(self.state, State::Playing(_))
    }

    /// Why it cannot be run.
    pub(crate) fn refused(&self) -> Option<&str> {
        if let State::Refused(reason) = &self.state { Some(reason) } else { None }
    }

    /// The run, once it was played.
    pub(crate) fn session(&self) -> Option<&Session> {
        if let State::Played(session, _) = &self.state { Some(session) } else { None }
    }

    /// When it is over.
    pub(crate) const fn end(&self) -> SimTime {
        if let State::Played(_, end) = &self.state { *end } else { SimTime::ZERO }
    }

    /// Goes to this time of it, or to its end. Whether more than the time changed.
    pub(crate) fn seek(&mut self, time: SimTime) -> bool {
        let State::Played(session, end) = &mut self.state else { return false };
        let before = session.event_count();
        session.seek(time.min(*end));
        session.event_count() != before
    }

    /// When the next thing happens after `time`.
    pub(crate) fn next_after(&self, time: SimTime) -> Option<SimTime> {
        let session = self.session()?;
        let commands = session.commands().iter().map(|timed| timed.at_ns).find(|at| *at > time);
        let next = [session.next_event_at().filter(|at| *at > time), commands].into_iter().flatten().min();
        next.filter(|next| *next <= self.end())
    }

    /// When the last thing happened before `time`.
    pub(crate) fn last_before(&self, time: SimTime) -> Option<SimTime> {
        let session = self.session()?;
        session.journal().iter().map(|entry| entry.at).take_while(|at| *at < time).last()
    }

    /// What it came to so far.
    pub(crate) fn outcome(&self) -> Option<Outcome<'_>> {
        self.session().map(|session| Outcome::of(self.run.origin(), session))
    }

    /// Its picture.
    pub(crate) fn scene(&self) -> Option<Rc<Scene>> {
        self.scene.clone()
    }

    /// Makes its picture anew where something has changed, so wide.
    pub(crate) fn draw(&mut self, width: f64) {
        let State::Played(session, _) = &self.state else { return };
        let made_for = Some((session.event_count(), width));
        if self.made_for != made_for || self.scene.is_none() {
            self.flights = session.flights();
            self.scene = Some(Rc::new(stage::scene(session.setup(), &self.names, &session.glance(), width)));
            self.made_for = made_for;
        }
    }

    /// Its messages where they are.
    pub(crate) fn paint(&self, palette: &mut Palette) {
        let (Some(scene), Some(session)) = (&self.scene, self.session()) else { return };
        let layout = &scene.layout;
        let messages = stage::messages(layout, &self.flights, session.now(), false);
        painter::paint(&self.canvas, (layout.width, layout.height), &messages, palette);
    }

    /// The run as it stands now, to be opened alone.
    pub(crate) fn recipe(&self) -> Option<Recipe> {
        self.session().map(Session::recipe)
    }
}
