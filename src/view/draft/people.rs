//! Changes of who stands where.

use super::Draft;
use super::sites::ACCESS;
use crate::replication::delta::Author;
use crate::replication::ids::{SessionId, SiteId};
use crate::simulation::setup::{Latency, ReadRule, Session, Setup, Workload};
use std::sync::Arc;

/// A change of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonEdit {
    /// One more, at the first site.
    Add,
    /// Another name.
    Name(SessionId, Arc<str>),
    /// At another site.
    Site(SessionId, SiteId),
    /// So many microseconds from the nodes of the site; 0: sits at it.
    Access(SessionId, u64),
    /// Whom it asks when it reads.
    Reads(SessionId, ReadRule),
    /// One less.
    Remove(SessionId),
}

/// Names for new people.
const NAMES: [&str; 9] = ["You", "Ana", "Ben", "Cho", "Dia", "Eli", "Fay", "Gus", "Hal"];

/// Somebody with a name that nobody has yet, who reads where it writes and does nothing by itself.
pub(super) fn newcomer(setup: &Setup, site: SiteId) -> Session {
    let is_free = |name: &str| setup.sessions.iter().all(|session| !session.author.0.eq_ignore_ascii_case(name));
    let numbered = (1..).map(|number| format!("Person {number}"));
    let name = NAMES.iter().map(|name| (*name).to_owned()).chain(numbered).find(|name| is_free(name)).unwrap_or_default();
    Session { author: Author::from(name.as_str()), site, access: Some(ACCESS), workload: Workload::Idle, reads: ReadRule::Home }
}

impl Draft {
    pub(super) fn edit_person(&mut self, edit: &PersonEdit) -> Option<String> {
        match edit {
            PersonEdit::Add => {
                let newcomer = newcomer(&self.setup, SiteId(0));
                self.told = format!("Added at {}: {}.", self.name(SiteId(0)), newcomer.author.0);
                self.setup.sessions.push(newcomer);
                return Some(format!("at-sessions[{}].author", self.setup.sessions.len() - 1));
            }
            PersonEdit::Remove(session) if session.index() < self.setup.sessions.len() => {
                let removed = self.setup.sessions.remove(session.index());
                self.told = format!("Removed: {}.", removed.author.0);
                return Some(match self.setup.sessions.len() {
                    0 => "at-sessions.add".to_owned(),
                    count => format!("at-sessions[{}].remove", session.index().min(count - 1)),
                });
            }
            PersonEdit::Remove(_) => {}
            PersonEdit::Name(session, name) => self.change_person(*session, |person| person.author = Author(name.clone())),
            PersonEdit::Site(session, site) => self.change_person(*session, |person| person.site = *site),
            PersonEdit::Reads(session, rule) => self.change_person(*session, |person| person.reads = *rule),
            PersonEdit::Access(session, us) => {
                self.change_person(*session, |person| person.access = (*us > 0).then_some(Latency::Constant { us: *us }));
            }
        }
        None
    }

    fn change_person(&mut self, session: SessionId, change: impl FnOnce(&mut Session)) {
        if let Some(person) = self.setup.sessions.get_mut(session.index()) {
            change(person);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::draft::Edit;
    use crate::view::example;

    #[test]
    fn people_come_move_and_go() {
        let mut draft = Draft::of(&example::setup());
        assert_eq!(draft.edit(&Edit::Person(PersonEdit::Add)).as_deref(), Some("at-sessions[3].author"));
        assert_eq!(draft.told, "Added at Oregon: Cho.");
        draft.edit(&Edit::Person(PersonEdit::Site(SessionId(3), SiteId(1))));
        draft.edit(&Edit::Person(PersonEdit::Access(SessionId(3), 0)));
        draft.edit(&Edit::Person(PersonEdit::Name(SessionId(3), "Cleo".into())));
        let cleo = &draft.setup.sessions[3];
        assert_eq!((&*cleo.author.0, cleo.site, cleo.access), ("Cleo", SiteId(1), None));
        for (index, next) in
            [(3, "at-sessions[2].remove"), (0, "at-sessions[0].remove"), (0, "at-sessions[0].remove"), (0, "at-sessions.add")]
        {
            assert_eq!(draft.edit(&Edit::Person(PersonEdit::Remove(SessionId(index)))).as_deref(), Some(next));
        }
        assert!(draft.setup.sessions.is_empty());
        assert_eq!(draft.edit(&Edit::Person(PersonEdit::Remove(SessionId(0)))), None);
    }
}
