//! The settings of a run as the page shows them while a person changes them: strategy, dials, sites, links and people.
//! Knows no strategy and no setting by name.

use super::draft::{Draft, own};
use super::places::{self, PlacesView};
use crate::replication::setting::Setting;
use crate::simulation::dials::GENERAL;
use crate::simulation::registry;
use crate::simulation::setup::{ReadRule, Setup};

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
    /// Sites, links and people.
    pub places: PlacesView,
    /// Why it cannot be run, and where.
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
    /// All that the tab shows of it, for a run with `running` that was opened with `original`.
    #[must_use]
    pub fn view(&self, running: &Setup, original: &Setup) -> SettingsView {
        let setup = &self.setup;
        let chosen = registry::find(&setup.strategy);
        let field = |setting: &&'static Setting| {
            let value = setup.dials.get(setting);
            let outside = (!setting.allows(value)).then(|| format!("must be {}", setting.range()));
            Field { setting, value, refusal: outside.or_else(|| self.refusal(&format!("dials.{}", setting.key))) }
        };
        SettingsView {
            strategies: registry::ALL.iter().map(|entry| (entry.id, entry.title, entry.id == setup.strategy)).collect(),
            summary: chosen.map_or("", |entry| entry.summary),
            own: own(&setup.strategy).iter().map(field).collect(),
            general: GENERAL.iter().map(field).collect(),
            places: places::view(self),
            refusal: self.refused.as_ref().map(|error| format!("{}: {}", places::where_is(&error.field, setup), self.problem(error))),
            is_changed: self.applied() != *running,
            can_undo: running != original,
        }
    }
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::replication::setting::Kind;
    use crate::view::example;

    #[test]
    fn a_draft_of_a_run_changes_nothing() {
        let setup = example::setup();
        let view = Draft::of(&setup).view(&setup, &setup);
        assert!(!view.is_changed && !view.can_undo && view.refusal.is_none());
        assert_eq!(view.strategies.iter().filter(|(.., is_chosen)| *is_chosen).count(), 1);
        assert_eq!(view.places.people.len(), setup.sessions.len());
    }

    #[test]
    fn every_number_out_of_its_range_is_refused_at_its_field() {
        let setup = example::setup();
        for entry in registry::ALL {
            for setting in entry.settings.iter().chain(GENERAL) {
                let Kind::Number { most, .. } = setting.kind else { continue };
                let mut draft = Draft::of(&setup);
                entry.id.clone_into(&mut draft.setup.strategy);
                draft.setup.dials.set(setting, most + 1);
                draft.judge(1);
                let view = draft.view(&setup, &setup);
                let refused: Vec<_> =
                    view.own.iter().chain(&view.general).filter(|field| field.refusal.is_some()).map(|field| field.setting.key).collect();
                assert_eq!(refused, [setting.key]);
                let refusal = view.refusal.expect("it cannot be run");
                assert!(refusal.starts_with(setting.title), "{refusal}");
            }
        }
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
