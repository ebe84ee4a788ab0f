//! A run as it would start next: a setup that a person changes, what each change brought with it, and whether it can
//! be run. Knows no strategy and no setting by name.

mod links;
mod people;
mod sites;
mod sketch;

pub use links::{LinkEdit, LinkEnd, Shape, WireEdit, WireOf, numbers};
pub use people::PersonEdit;
pub use sites::SiteEdit;

use crate::replication::ids::SiteId;
use crate::replication::setting::{Dials, Setting};
use crate::simulation::dials::GENERAL;
use crate::simulation::registry;
use crate::simulation::setup::{Setup, SetupError};
use crate::simulation::snapshot::Snapshot;
use std::rc::Rc;

/// What is being changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The setup as it would be.
    pub setup: Setup,
    /// Why it could not be run.
    pub refused: Option<SetupError>,
    /// The cluster at its start; nothing stands in it yet where only the strategy refuses it.
    pub start: Option<Rc<Snapshot>>,
    /// What the last change brought with it.
    pub told: String,
    /// Why two sites could not be linked just now.
    pub unlinkable: Option<String>,
    /// The link that is looked at.
    pub open_link: Option<usize>,
    /// The site that is being dragged.
    pub drag: Option<Drag>,
}

/// A site on its way to another place in the order of sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drag {
    /// Which.
    pub site: SiteId,
    /// Whose place it would take if it were dropped now.
    pub over: Option<SiteId>,
}

/// A change of what stands where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Of sites.
    Site(SiteEdit),
    /// Of links.
    Link(LinkEdit),
    /// Of people.
    Person(PersonEdit),
}

impl Draft {
    /// As the run is set.
    #[must_use]
    pub fn of(setup: &Setup) -> Self {
        Self { setup: setup.clone(), refused: None, start: None, told: String::new(), unlinkable: None, open_link: None, drag: None }
    }

    /// The setup to run: dials that the strategy does not read are left out.
    #[must_use]
    pub fn applied(&self) -> Setup {
        let mut dials = Dials::default();
        for setting in GENERAL.iter().chain(own(&self.setup.strategy)) {
            dials.set(setting, self.setup.dials.get(setting));
        }
        Setup { dials, ..self.setup.clone() }
    }

    /// Changes what stands where. Returns the id of the field or button that the person goes on with, where the one that was
    /// used is gone or has moved.
    pub fn edit(&mut self, edit: &Edit) -> Option<String> {
        self.told.clear();
        self.unlinkable = None;
        self.drag = None;
        match edit {
            Edit::Site(edit) => self.edit_site(edit),
            Edit::Link(edit) => self.edit_link(edit),
            Edit::Person(edit) => self.edit_person(edit),
        }
    }

    /// The dragged site is at another one, or at none.
    pub fn drag_over(&mut self, over: Option<SiteId>) {
        if let Some(drag) = &mut self.drag {
            drag.over = over.filter(|over| *over != drag.site);
        }
    }

    /// The dragged site takes the place that it is over, if any.
    pub fn drop_site(&mut self) {
        if let Some(Drag { site, over: Some(to) }) = self.drag.take() {
            self.edit(&Edit::Site(SiteEdit::Move { site, to }));
        }
    }

    /// Finds out whether it can be run, and how it would begin.
    pub fn judge(&mut self, seed: u64) {
        let setup = self.applied();
        match registry::build(&setup, seed) {
            Ok(engine) => (self.refused, self.start) = (None, Some(Rc::new(engine.snapshot()))),
            Err(error) => {
                self.refused = Some(error);
                self.start = setup.check().is_ok().then(|| Rc::new(sketch::sketch(&setup)));
            }
        }
    }

    /// The cluster at its start, where that can be shown and differs from the run with `running`.
    #[must_use]
    pub fn plan(&self, running: &Setup) -> Option<&Snapshot> {
        self.start.as_deref().filter(|_| self.is_elsewhere(running))
    }

    /// Whether other sites, links or people stand in it than in `setup`.
    #[must_use]
    pub fn is_elsewhere(&self, setup: &Setup) -> bool {
        has_other_places(&self.setup, setup)
    }

    /// The name of a site, for sentences.
    fn name(&self, site: SiteId) -> String {
        self.setup.sites.get(site.index()).map_or_else(|| format!("site {}", site.0), |site| site.name.to_string())
    }
}

/// Whether two setups differ in what stands where.
#[must_use]
pub fn has_other_places(setup: &Setup, other: &Setup) -> bool {
    let people = |setup: &Setup| setup.sessions.iter().map(|session| (session.author.clone(), session.site)).collect::<Vec<_>>();
    setup.sites != other.sites || setup.links != other.links || people(setup) != people(other)
}

/// The settings of a strategy that are not those of every run.
pub(super) fn own(strategy: &str) -> &'static [&'static Setting] {
    registry::find(strategy).map_or(&[], |entry| entry.settings)
}

/// The id of the element that shows the field at `path`; the parts of a latency are shown together.
#[must_use]
pub fn element_id(path: &str) -> String {
    let path = path.split_once(" (").map_or(path, |(path, _)| path);
    match (path.strip_prefix("dials."), path.find(".latency.")) {
        (Some(key), _) => format!("setting-{key}"),
        (None, Some(end)) => format!("at-{}.latency", &path[..end]),
        (None, None) => format!("at-{path}"),
    }
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::simulation::setup::SiteKind;
    use crate::view::example;

    #[test]
    fn dials_of_another_strategy_do_not_come_along() {
        let (first, second) = (&registry::ALL[0], registry::ALL.last().expect("several"));
        let foreign = first.settings.iter().find(|one| second.settings.iter().all(|other| other.key != one.key)).expect("one of its own");
        let mut draft = Draft::of(&example::setup());
        first.id.clone_into(&mut draft.setup.strategy);
        draft.setup.dials.set(foreign, foreign.default + 1);
        assert_eq!(draft.applied().dials.get(foreign), foreign.default + 1);
        second.id.clone_into(&mut draft.setup.strategy);
        assert_eq!(draft.applied().dials.get(foreign), foreign.default);
    }

    #[test]
    fn a_draft_that_can_be_run_shows_how_it_would_begin_and_another_one_why_not() {
        let mut draft = Draft::of(&example::setup());
        draft.edit(&Edit::Site(SiteEdit::Add(SiteKind::Datacenter)));
        draft.judge(1);
        assert_eq!((draft.start.as_ref().map(|start| start.nodes.len()), &draft.refused), (Some(6), &None));
        draft.edit(&Edit::Site(SiteEdit::Nodes(SiteId(0), 65)));
        draft.judge(1);
        let refused = draft.refused.take().expect("too many nodes");
        assert_eq!((refused.field.as_str(), &draft.start), ("sites[0].node_count", &None));
        draft.edit(&Edit::Site(SiteEdit::Nodes(SiteId(0), 2)));
        "multi-leader-forward".clone_into(&mut draft.setup.strategy);
        draft.judge(1);
        assert_eq!((draft.start.map(|start| start.nodes.len()), draft.refused.is_some()), (Some(6), true), "a leader at each site, alone");
    }

    #[test]
    fn every_refused_field_has_an_element_to_go_to() {
        for (path, id) in [
            ("dials.persist_us", "setting-persist_us"),
            ("sites (nodes in all)", "at-sites"),
            ("sites[0].name", "at-sites[0].name"),
            ("links[3].back.latency.least_us", "at-links[3].back.latency"),
        ] {
            assert_eq!(element_id(path), id);
        }
    }

    #[test]
    fn a_site_that_is_dropped_on_another_takes_its_place() {
        let setup = example::setup();
        let mut draft = Draft::of(&setup);
        draft.drag = Some(Drag { site: SiteId(0), over: None });
        draft.drag_over(Some(SiteId(0)));
        draft.drop_site();
        assert!(!draft.is_elsewhere(&setup), "it was dropped where it stood");
        draft.drag = Some(Drag { site: SiteId(0), over: None });
        draft.drag_over(Some(SiteId(1)));
        draft.drop_site();
        assert_eq!(draft.setup.sites.iter().map(|site| &*site.name).collect::<Vec<_>>(), ["Ireland", "Oregon", "Your phone"]);
        assert!(draft.is_elsewhere(&setup) && draft.drag.is_none());
    }
}
