//! The marks of the scrub track, kept while a run goes on: a long journal is read once, not for each drawing.

use super::lanes::Identity;
use super::timeline::{self, Track};
use crate::replication::time::SimTime;
use crate::session::Session;
use std::rc::Rc;

/// What is marked of one future of a run, also of what lies after the moment that is being looked at.
#[derive(Debug, Default)]
pub struct Marks {
    identity: Option<Identity>,
    horizon: SimTime,
    extent: SimTime,
    read_end: u64,
    places: Rc<[Vec<u32>; 4]>,
}

impl Marks {
    /// Takes in what has happened since the last time. Another future, a shorter one, and one that needs a longer track are
    /// read anew, as far as the journal holds them.
    pub fn follow(&mut self, session: &Session) {
        let (identity, horizon, extent) = (Identity::of(session), session.horizon(), timeline::extent(session));
        if self.identity.as_ref() != Some(&identity) || self.extent != extent || self.horizon > horizon {
            *self = Self { identity: Some(identity), extent, ..Self::default() };
        }
        self.horizon = horizon;
        let journal = session.journal();
        if journal.end() > self.read_end {
            timeline::mark(Rc::make_mut(&mut self.places), journal.iter_from(self.read_end), extent);
            self.read_end = journal.end();
        }
    }

    /// The track as it is now.
    #[must_use]
    pub fn track(&mut self, session: &Session) -> Track {
        self.follow(session);
        timeline::marked(session, self.places.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::ids::SessionId;
    use crate::scenarios;
    use crate::simulation::command::{Action, Command};
    use crate::view::timeline::{MarkKind, track};

    fn run() -> Session {
        let recipe = scenarios::find("offline-leader").and_then(|scenario| scenario.recipe(None)).expect("the opening scene");
        Session::open(recipe).expect("it can be run")
    }

    fn add(session: &mut Session) {
        let action = Action::Add { item: "milk".into(), count: 1 };
        session.submit(Command::Act { session: SessionId(0), action }).expect("a valid command");
    }

    #[test]
    fn the_known_part_ends_at_the_horizon() {
        let mut session = run();
        session.run_until(SimTime::from_ms(80));
        let shown = track(&session);
        assert_eq!((shown.extent, shown.horizon), (SimTime::from_ms(100), 800));
    }

    #[test]
    fn what_is_followed_in_pieces_is_what_is_read_at_once() {
        let (mut session, mut marks) = (run(), Marks::default());
        for round in 1..60 {
            if round % 7 == 0 {
                add(&mut session);
            }
            session.run_until(SimTime::from_ms(round * round * 3));
            assert_eq!(marks.track(&session), track(&session));
        }
        assert!(marks.places[MarkKind::Event as usize].len() > 20);
        assert!(!marks.places[MarkKind::Command as usize].is_empty());
    }

    #[test]
    fn what_lies_ahead_stays_marked_until_another_future_begins() {
        let (mut session, mut marks) = (run(), Marks::default());
        add(&mut session);
        session.run_until(SimTime::from_ms(900));
        let whole = marks.track(&session);
        session.seek(SimTime::from_ms(300));
        assert_eq!(marks.track(&session), whole, "going back takes nothing away");
        assert_ne!(track(&session), whole);
        add(&mut session);
        let other = marks.track(&session);
        assert_eq!(other.marks, track(&session).marks, "another future is marked up to now");
        let spans = (other.extent, other.horizon, &other.branches[..]);
        assert_eq!(spans, (SimTime::from_ms(1_000), 300, &[(0, 900)][..]), "the track reaches to the end of the other branch");
        let seed = session.seed();
        session.restart(seed);
        assert!(marks.track(&session).marks.iter().all(Vec::is_empty), "nothing has happened yet");
    }
}
