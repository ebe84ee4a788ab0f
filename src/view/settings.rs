//! The settings of a run, as a person changes them before starting it again: strategy, dials, and whom each session
//! asks when it reads. Knows no strategy and no setting by name.

use super::names::Names;
use crate::replication::ids::SessionId;
use crate::replication::setting::{Dials, Setting};
use crate::simulation::dials::GENERAL;
use crate::simulation::registry;
use crate::simulation::setup::{ReadRule, Setup, SetupError};

/// What is being changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Id of the strategy.
    pub strategy: String,
    /// Its settings, and those of every run.
    pub dials: Dials,
    /// Whom each session asks when it reads.
    pub reads: Vec<ReadRule>,
    /// Why it could not be run, when that was tried.
    pub refused: Option<SetupError>,
}

/// All that the tab shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsView {
    /// The strategies: id, name, whether it is chosen.
    pub strategies: Vec<(&'static str, &'static str, bool)>,
    /// What the chosen one does.
    pub summary: &'static str,
    /// Its settings.
    pub own: Vec<Field>,
    /// Those of every run.
    pub general: Vec<Field>,
    /// Whom the sessions ask.
    pub reads: Vec<ReadField>,
    /// A refusal that belongs to no field.
    pub refusal: Option<String>,
    /// Whether anything differs from the run.
    pub is_changed: bool,
    /// Whether the run differs from what it was opened with.
    pub can_undo: bool,
}

/// One setting with its value.
#[derive(Clone, Debug)]
pub struct Field {
    /// Which.
    pub setting: &'static Setting,
    /// What it is set to.
    pub value: u64,
    /// Why that does not do.
    pub refusal: Option<String>,
}

/// Whom one session asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadField {
    /// Whose.
    pub session: SessionId,
    /// The session's name.
    pub name: String,
    /// The rule.
    pub rule: ReadRule,
    /// Why that does not do.
    pub refusal: Option<String>,
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.setting, other.setting) && (self.value, &self.refusal) == (other.value, &other.refusal)
    }
}

impl Eq for Field {}

/// The read rules to choose from: id and name.
pub const READ_RULES: [(&str, &str); 9] = [
    ("home", "where it writes"),
    ("leader", "the leader"),
    ("any-follower", "any follower"),
    ("nearest", "the nearest node"),
    ("sticky", "one follower, always the same"),
    ("within-lag", "a follower not further behind than"),
    ("leader-after-write", "the leader after a write, for"),
    ("token", "a follower that has what the session saw"),
    ("shared-token", "a follower that has what the person saw"),
];

/// The id of a rule, and its milliseconds where it has any.
#[must_use]
pub const fn read_rule_parts(rule: ReadRule) -> (&'static str, Option<u64>) {
    match rule {
        ReadRule::Home => ("home", None),
        ReadRule::Leader => ("leader", None),
        ReadRule::AnyFollower => ("any-follower", None),
        ReadRule::Nearest => ("nearest", None),
        ReadRule::Sticky => ("sticky", None),
        ReadRule::WithinLag { ms } => ("within-lag", Some(ms)),
        ReadRule::LeaderAfterWrite { window_ms } => ("leader-after-write", Some(window_ms)),
        ReadRule::Token { is_shared: false } => ("token", None),
        ReadRule::Token { is_shared: true } => ("shared-token", None),
    }
}

/// The rule of this id, with these milliseconds where it has any.
#[must_use]
pub fn read_rule(id: &str, ms: u64) -> Option<ReadRule> {
    Some(match id {
        "home" => ReadRule::Home,
        "leader" => ReadRule::Leader,
        "any-follower" => ReadRule::AnyFollower,
        "nearest" => ReadRule::Nearest,
        "sticky" => ReadRule::Sticky,
        "within-lag" => ReadRule::WithinLag { ms },
        "leader-after-write" => ReadRule::LeaderAfterWrite { window_ms: ms },
        "token" => ReadRule::Token { is_shared: false },
        "shared-token" => ReadRule::Token { is_shared: true },
        _ => return None,
    })
}

impl Draft {
    /// As the run is set.
    #[must_use]
    pub fn of(setup: &Setup) -> Self {
        let reads = setup.sessions.iter().map(|session| session.reads).collect();
        Self { strategy: setup.strategy.clone(), dials: setup.dials.clone(), reads, refused: None }
    }

    /// `setup` with these settings. Dials that the strategy does not read are left out.
    #[must_use]
    pub fn applied(&self, setup: &Setup) -> Setup {
        let mut setup = setup.clone();
        let mut dials = Dials::default();
        for setting in GENERAL.iter().chain(own(&self.strategy)) {
            dials.set(setting, self.dials.get(setting));
        }
        setup.strategy.clone_from(&self.strategy);
        setup.dials = dials;
        for (session, rule) in setup.sessions.iter_mut().zip(&self.reads) {
            session.reads = *rule;
        }
        setup
    }

    /// Whether the run can be started like this.
    ///
    /// # Errors
    /// The field that does not fit.
    pub fn check(&self, setup: &Setup, seed: u64) -> Result<(), SetupError> {
        registry::build(&self.applied(setup), seed).map(drop)
    }

    /// All that the tab shows of it, for a run with `setup` that was opened with `original`.
    #[must_use]
    pub fn view(&self, setup: &Setup, original: &Setup, names: &Names) -> SettingsView {
        let chosen = registry::find(&self.strategy);
        let field = |setting: &&'static Setting| {
            let value = self.dials.get(setting);
            let outside = (!setting.allows(value)).then(|| format!("must be {}", setting.range()));
            Field { setting, value, refusal: outside.or_else(|| self.refusal(&format!("dials.{}", setting.key))) }
        };
        let own: Vec<Field> = own(&self.strategy).iter().map(field).collect();
        let general: Vec<Field> = GENERAL.iter().map(field).collect();
        let reads: Vec<ReadField> = self.reads.iter().zip(0..).map(|(rule, index)| self.read(*rule, SessionId(index), names)).collect();
        let is_at_field =
            own.iter().chain(&general).any(|field| field.refusal.is_some()) || reads.iter().any(|field| field.refusal.is_some());
        SettingsView {
            strategies: registry::ALL.iter().map(|entry| (entry.id, entry.title, entry.id == self.strategy)).collect(),
            summary: chosen.map_or("", |entry| entry.summary),
            own,
            general,
            reads,
            refusal: self.refused.as_ref().filter(|_| !is_at_field).map(ToString::to_string),
            is_changed: self.applied(setup) != *setup,
            can_undo: setup != original,
        }
    }

    fn read(&self, rule: ReadRule, session: SessionId, names: &Names) -> ReadField {
        let refusal = self.refusal(&format!("sessions[{}].reads", session.0));
        ReadField { session, name: names.session(session), rule, refusal }
    }

    fn refusal(&self, field: &str) -> Option<String> {
        self.refused.as_ref().filter(|error| error.field == field).map(|error| error.problem.clone())
    }
}

/// The settings of a strategy that are not those of every run.
fn own(strategy: &str) -> &'static [&'static Setting] {
    registry::find(strategy).map_or(&[], |entry| entry.settings)
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::replication::setting::Kind;
    use crate::view::example;

    #[test]
    fn a_draft_of_a_run_changes_nothing() {
        let (setup, _) = example::cluster();
        let view = Draft::of(&setup).view(&setup, &setup, &Names::new(&setup));
        assert!(!view.is_changed && !view.can_undo && view.refusal.is_none());
        assert_eq!(view.strategies.iter().filter(|(.., is_chosen)| *is_chosen).count(), 1);
        assert_eq!(view.reads.len(), setup.sessions.len());
    }

    #[test]
    fn every_number_out_of_its_range_is_refused_at_its_field() {
        let (setup, _) = example::cluster();
        let names = Names::new(&setup);
        for entry in registry::ALL {
            for setting in entry.settings.iter().chain(GENERAL) {
                let Kind::Number { most, .. } = setting.kind else { continue };
                let mut draft = Draft { strategy: entry.id.to_owned(), ..Draft::of(&setup) };
                draft.dials.set(setting, most + 1);
                assert!(draft.check(&setup, 1).is_err(), "{}", setting.key);
                let view = draft.view(&setup, &setup, &names);
                let refused: Vec<_> =
                    view.own.iter().chain(&view.general).filter(|field| field.refusal.is_some()).map(|field| field.setting.key).collect();
                assert_eq!(refused, [setting.key]);
            }
        }
    }

    #[test]
    fn dials_of_another_strategy_do_not_come_along() {
        let (setup, _) = example::cluster();
        let (first, second) = (&registry::ALL[0], registry::ALL.last().expect("several"));
        let foreign = first.settings.iter().find(|one| second.settings.iter().all(|other| other.key != one.key)).expect("one of its own");
        let mut draft = Draft { strategy: first.id.to_owned(), ..Draft::of(&setup) };
        draft.dials.set(foreign, foreign.default + 1);
        assert_eq!(draft.applied(&setup).dials.get(foreign), foreign.default + 1);
        draft.strategy = second.id.to_owned();
        assert_eq!(draft.applied(&setup).dials.get(foreign), foreign.default);
    }

    #[test]
    fn rules_come_back_from_their_names() {
        for (id, _) in READ_RULES {
            let rule = read_rule(id, 7).expect("a known id");
            let (name, ms) = read_rule_parts(rule);
            assert_eq!((name, ms.unwrap_or(7)), (id, 7));
        }
        assert_eq!(read_rule("nobody", 0), None);
    }
}
