//! Changes of sites: who stands at a site that goes, and whatever names a site by its number, follows.

use super::Draft;
use crate::replication::ids::SiteId;
use crate::replication::setting::{Dials, Kind, Unit};
use crate::simulation::setup::{Latency, Session, Setup, Site, SiteKind};
use crate::view::words;
use std::sync::Arc;

/// A change of sites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SiteEdit {
    /// One more, the last.
    Add(SiteKind),
    /// Another name.
    Name(SiteId, Arc<str>),
    /// Another kind.
    Kind(SiteId, SiteKind),
    /// So many nodes.
    Nodes(SiteId, u16),
    /// So many of them are spares.
    Spares(SiteId, u16),
    /// It takes the place of another one in the order.
    Move {
        /// Which.
        site: SiteId,
        /// Whose place.
        to: SiteId,
    },
    /// One less.
    Remove(SiteId),
}

/// Names for new sites.
const DATACENTERS: [&str; 8] = ["Oregon", "Ireland", "Tokyo", "Virginia", "Frankfurt", "Sydney", "Mumbai", "São Paulo"];
const DEVICES: [&str; 3] = ["Your phone", "Your laptop", "Your tablet"];
const CLIENTS: [&str; 1] = ["Client"];

/// How far somebody is from the nodes of a site where nothing else is said.
pub(super) const ACCESS: Latency = Latency::Constant { us: 2_000 };

impl Draft {
    pub(super) fn edit_site(&mut self, edit: &SiteEdit) -> Option<String> {
        match edit {
            SiteEdit::Add(kind) => return self.add_site(*kind),
            SiteEdit::Move { site, to } => return self.move_site(*site, *to),
            SiteEdit::Remove(site) => return self.remove_site(*site),
            SiteEdit::Name(site, name) => self.change_site(*site, |site| site.name = name.clone()),
            SiteEdit::Nodes(site, count) => self.change_site(*site, |site| site.node_count = *count),
            SiteEdit::Spares(site, count) => self.change_site(*site, |site| site.spare_count = *count),
            SiteEdit::Kind(site, kind) => self.change_site(*site, |site| {
                site.kind = *kind;
                if *kind != SiteKind::Datacenter {
                    (site.node_count, site.spare_count) = (1, 0);
                }
            }),
        }
        None
    }

    fn change_site(&mut self, site: SiteId, change: impl FnOnce(&mut Site)) {
        if let Some(site) = self.setup.sites.get_mut(site.index()) {
            change(site);
        }
    }

    /// A device or client comes with somebody who sits at it: nobody else could use it.
    fn add_site(&mut self, kind: SiteKind) -> Option<String> {
        let index = self.setup.sites.len();
        let site = SiteId(u16::try_from(index).ok()?);
        let name = new_name(&self.setup, kind);
        self.told = format!("{name} is added, not linked with any site yet.");
        self.setup.sites.push(Site { name: name.into(), kind, node_count: 1, spare_count: 0 });
        if kind != SiteKind::Datacenter {
            self.setup.sessions.push(Session { access: None, ..super::people::newcomer(&self.setup, site) });
            let author = self.setup.sessions.last().map(|session| session.author.0.to_string()).unwrap_or_default();
            self.told.push_str(&format!(" Sits at it: {author}."));
        }
        Some(format!("at-sites[{index}].name"))
    }

    fn move_site(&mut self, site: SiteId, to: SiteId) -> Option<String> {
        let (count, from, to) = (self.setup.sites.len(), site.index(), to.index());
        if from >= count || to >= count {
            return None;
        }
        let moved = self.setup.sites.remove(from);
        self.told = format!("{} is site {} of {count} now.", moved.name, to + 1);
        self.setup.sites.insert(to, moved);
        renumber(&mut self.setup, |index| match index {
            index if index == from => Some(to),
            index if from < index && index <= to => Some(index - 1),
            index if to <= index && index < from => Some(index + 1),
            index => Some(index),
        });
        let is_at_its_end = to == if to < from { 0 } else { count - 1 };
        let button = if (to < from) != is_at_its_end { "earlier" } else { "later" };
        Some(format!("at-sites[{to}].{button}"))
    }

    /// Who sits at a device or client leaves with it; everybody else moves to a site that it was linked with.
    fn remove_site(&mut self, site: SiteId) -> Option<String> {
        let removed = self.setup.sites.get(site.index())?.clone();
        if self.setup.sites.len() == 1 {
            self.told = format!("{} stays: a run needs a site.", removed.name);
            return None;
        }
        let shelter = shelter(&self.setup, site);
        let shelter_name = self.name(shelter);
        let link_count = self.setup.links.len();
        self.setup.links.retain(|link| link.a != site && link.b != site);
        let link_count = link_count - self.setup.links.len();
        let (mut moved, mut gone): (Vec<Arc<str>>, Vec<Arc<str>>) = (Vec::new(), Vec::new());
        self.setup.sessions.retain_mut(|session| {
            let stands_here = session.site == site;
            let leaves = stands_here && removed.kind != SiteKind::Datacenter && session.access.is_none();
            if stands_here && !leaves {
                session.site = shelter;
                session.access.get_or_insert(ACCESS);
                moved.push(session.author.0.clone());
            } else if leaves {
                gone.push(session.author.0.clone());
            }
            !leaves
        });
        self.setup.sites.remove(site.index());
        renumber(&mut self.setup, |index| match index {
            index if index == site.index() => None,
            index => Some(index - usize::from(index > site.index())),
        });
        self.open_link = None;
        self.told = removal(&removed.name, link_count, &shelter_name, &moved, &gone);
        Some(match self.setup.sites.len() {
            1 => "at-sites.add".to_owned(),
            count => format!("at-sites[{}].remove", site.index().min(count - 1)),
        })
    }
}

/// What went with a site, and who had to move.
fn removal(name: &str, link_count: usize, shelter: &str, moved: &[Arc<str>], gone: &[Arc<str>]) -> String {
    let mut told = match link_count {
        0 => format!("{name} is removed."),
        count => format!("{name} is removed with {}.", words::count(count as u64, "link", "links")),
    };
    if !moved.is_empty() {
        told.push_str(&format!(" Moved to {shelter}: {}.", moved.join(", ")));
    }
    if !gone.is_empty() {
        told.push_str(&format!(" Removed with it: {}.", gone.join(", ")));
    }
    told
}

/// Where those go who stood at a site: to one that it was linked with, to a datacenter before all.
fn shelter(setup: &Setup, site: SiteId) -> SiteId {
    let ends = setup.links.iter().filter(|link| link.a == site || link.b == site);
    let linked = ends.map(|link| if link.a == site { link.b } else { link.a });
    let others = (0..setup.sites.len() as u16).map(SiteId).filter(|other| *other != site);
    let candidates: Vec<SiteId> = linked.chain(others).collect();
    let is_center = |other: &&SiteId| setup.sites.get(other.index()).is_some_and(|site| site.kind == SiteKind::Datacenter);
    candidates.iter().find(is_center).or_else(|| candidates.first()).copied().unwrap_or(site)
}

/// Gives whatever names a site the number that the site has now. A dial that named a site that is gone goes back to its default.
fn renumber(setup: &mut Setup, place: impl Fn(usize) -> Option<usize>) {
    let new = |site: SiteId| place(site.index()).and_then(|index| u16::try_from(index).ok()).map_or(site, SiteId);
    for link in &mut setup.links {
        (link.a, link.b) = (new(link.a), new(link.b));
    }
    for session in &mut setup.sessions {
        session.site = new(session.site);
    }
    let mut dials = Dials::default();
    for (setting, value) in setup.dials.iter() {
        let is_site = matches!(setting.kind, Kind::Number { unit: Unit::Site, .. });
        let value = match usize::try_from(value).ok().and_then(|number| number.checked_sub(1)) {
            Some(index) if is_site => place(index).map_or(setting.default, |index| index as u64 + 1),
            _ => value,
        };
        dials.set(setting, value);
    }
    setup.dials = dials;
}

/// A name that no site has yet.
fn new_name(setup: &Setup, kind: SiteKind) -> String {
    let (names, word): (&[&str], &str) = match kind {
        SiteKind::Datacenter => (&DATACENTERS, "Datacenter"),
        SiteKind::Device => (&DEVICES, "Device"),
        SiteKind::Client => (&CLIENTS, "Client"),
    };
    let is_free = |name: &str| setup.sites.iter().all(|site| &*site.name != name);
    let numbered = (1..).map(|number| format!("{word} {number}"));
    names.iter().map(|name| (*name).to_owned()).chain(numbered).find(|name| is_free(name)).unwrap_or_default()
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::replication::strategies::multi_leader_forward::HOME_SITE;
    use crate::view::draft::Edit;
    use crate::view::example;

    fn after(draft: &mut Draft, edit: SiteEdit) -> Option<String> {
        draft.edit(&Edit::Site(edit))
    }

    fn names(draft: &Draft) -> Vec<&str> {
        draft.setup.sites.iter().map(|site| &*site.name).collect()
    }

    fn pairs(draft: &Draft) -> Vec<(&str, &str)> {
        let name = |site: SiteId| &*draft.setup.sites[site.index()].name;
        draft.setup.links.iter().map(|link| (name(link.a), name(link.b))).collect()
    }

    fn people(draft: &Draft) -> Vec<(&str, &str)> {
        let sessions = draft.setup.sessions.iter();
        sessions.map(|session| (&*session.author.0, &*draft.setup.sites[session.site.index()].name)).collect()
    }

    #[test]
    fn everything_that_names_a_site_follows_it_when_it_moves() {
        let mut draft = Draft::of(&example::setup());
        draft.setup.dials.set(&HOME_SITE, 1);
        let (links, people_before) = (pairs(&draft).len(), format!("{:?}", people(&draft)));
        assert_eq!(after(&mut draft, SiteEdit::Move { site: SiteId(0), to: SiteId(1) }).as_deref(), Some("at-sites[1].later"));
        assert_eq!(after(&mut draft, SiteEdit::Move { site: SiteId(1), to: SiteId(2) }).as_deref(), Some("at-sites[2].earlier"));
        assert_eq!(names(&draft), ["Ireland", "Your phone", "Oregon"]);
        assert_eq!(pairs(&draft), [("Oregon", "Ireland"), ("Oregon", "Your phone")]);
        assert_eq!((pairs(&draft).len(), format!("{:?}", people(&draft))), (links, people_before));
        assert_eq!(draft.setup.dials.get(&HOME_SITE), 3);
        assert_eq!(draft.told, "Oregon is site 3 of 3 now.");
        after(&mut draft, SiteEdit::Move { site: SiteId(2), to: SiteId(0) });
        assert_eq!(draft.setup.sites, example::setup().sites, "back where they were");
        assert_eq!(draft.setup.links, example::setup().links);
    }

    #[test]
    fn who_stands_at_a_removed_datacenter_moves_to_a_linked_one_and_is_told() {
        let mut draft = Draft::of(&example::setup());
        draft.setup.dials.set(&HOME_SITE, 1);
        assert_eq!(after(&mut draft, SiteEdit::Remove(SiteId(0))).as_deref(), Some("at-sites[0].remove"));
        assert_eq!(people(&draft), [("you", "Your phone"), ("Ana", "Ireland"), ("Ben", "Ireland")]);
        assert_eq!(draft.setup.sessions[1].access, Some(ACCESS), "Ana does not sit in the datacenter");
        assert_eq!(draft.told, "Oregon is removed with 2 links. Moved to Ireland: Ana.");
        assert_eq!((pairs(&draft).len(), draft.setup.dials.get(&HOME_SITE)), (0, 0));
        draft.judge(1);
        assert_eq!(draft.refused, None);
    }

    #[test]
    fn who_sits_at_a_removed_device_leaves_with_it_and_is_told() {
        let mut draft = Draft::of(&example::setup());
        after(&mut draft, SiteEdit::Remove(SiteId(2)));
        assert_eq!(people(&draft), [("Ana", "Oregon"), ("Ben", "Ireland")]);
        assert_eq!(draft.told, "Your phone is removed with 1 link. Removed with it: you.");
        assert_eq!(pairs(&draft), [("Oregon", "Ireland")]);
    }

    #[test]
    fn the_last_site_stays() {
        let mut draft = Draft::of(&example::setup());
        after(&mut draft, SiteEdit::Remove(SiteId(2)));
        assert_eq!(after(&mut draft, SiteEdit::Remove(SiteId(1))).as_deref(), Some("at-sites.add"));
        after(&mut draft, SiteEdit::Remove(SiteId(0)));
        assert_eq!((names(&draft), draft.told.as_str()), (vec!["Oregon"], "Oregon stays: a run needs a site."));
        assert_eq!(people(&draft), [("Ana", "Oregon"), ("Ben", "Oregon")]);
    }

    #[test]
    fn new_sites_have_names_of_their_own_and_devices_somebody_who_sits_at_them() {
        let mut draft = Draft::of(&example::setup());
        assert_eq!(after(&mut draft, SiteEdit::Add(SiteKind::Datacenter)).as_deref(), Some("at-sites[3].name"));
        assert_eq!(draft.told, "Tokyo is added, not linked with any site yet.");
        after(&mut draft, SiteEdit::Add(SiteKind::Device));
        for _ in 0..7 {
            after(&mut draft, SiteEdit::Add(SiteKind::Datacenter));
        }
        let mut all = names(&draft);
        assert_eq!((all[4], all[11]), ("Your laptop", "Datacenter 2"));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 12);
        let sitting = draft.setup.sessions.last().expect("somebody");
        assert_eq!((sitting.site, sitting.access), (SiteId(4), None));
        draft.judge(1);
        assert_eq!(draft.refused, None);
    }

    #[test]
    fn what_becomes_a_device_has_one_node() {
        let mut draft = Draft::of(&example::setup());
        after(&mut draft, SiteEdit::Kind(SiteId(0), SiteKind::Device));
        assert_eq!(draft.setup.sites[0].node_count, 1);
        draft.judge(1);
        assert_eq!(draft.refused, None);
    }
}
