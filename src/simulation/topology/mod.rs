//! Link graphs by name, one file and one line in `topologies!` each: which sites are linked with which. Knows nothing of
//! what travels on the links.

use crate::replication::ids::SiteId;
use crate::simulation::setup::{Link, Setup, SetupError, SiteKind, Wire};

/// A named graph of links.
pub struct Topology {
    /// Its name on the command line.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it is, in a sentence.
    pub summary: &'static str,
    /// The least number of sites.
    pub least: u16,
    /// The most sites.
    pub most: u16,
    pairs: fn(u16) -> Vec<(u16, u16)>,
}

/// Makes of the lines below the modules and the list.
macro_rules! topologies {
    ($($file:ident;)*) => {
        $(mod $file;)*

        /// Every topology, from few links to many.
        pub static ALL: &[Topology] = &[$($file::TOPOLOGY),*];
    };
}

topologies! {
    pair;
    line;
    star;
    ring;
    mesh;
}

/// The topology named `id`.
#[must_use]
pub fn find(id: &str) -> Option<&'static Topology> {
    ALL.iter().find(|topology| topology.id == id)
}

impl Topology {
    /// The links of so many sites, all alike.
    ///
    /// # Errors
    /// The number of sites does not fit.
    pub fn links(&self, site_count: u16, wire: Wire) -> Result<Vec<Link>, SetupError> {
        if !(self.least..=self.most).contains(&site_count) {
            return Err(SetupError::new(
                "sites",
                format!("a {} has between {} and {} sites, not {site_count}", self.id, self.least, self.most),
            ));
        }
        Ok((self.pairs)(site_count).into_iter().map(|(a, b)| Link { a: SiteId(a), b: SiteId(b), wire, back: None }).collect())
    }

    /// Links the sites of `setup` like this, clients aside: theirs stay. All new links are as the first old one was.
    ///
    /// # Errors
    /// The number of sites does not fit.
    pub fn apply(&self, setup: &mut Setup) -> Result<(), SetupError> {
        let is_client = |site: SiteId| setup.sites.get(site.index()).is_some_and(|site| site.kind == SiteKind::Client);
        let (kept, replaced): (Vec<Link>, Vec<Link>) = setup.links.iter().cloned().partition(|link| is_client(link.a) || is_client(link.b));
        let places: Vec<SiteId> = (0..setup.sites.len() as u16).map(SiteId).filter(|site| !is_client(*site)).collect();
        let wire = replaced.first().map_or(setup.inside, |link| link.wire);
        let new = self.links(places.len() as u16, wire)?;
        let placed = new.into_iter().map(|link| Link { a: places[link.a.index()], b: places[link.b.index()], ..link });
        setup.links = placed.chain(kept).collect();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;
    use crate::simulation::setup::{Latency, WireKind};

    const WIRE: Wire =
        Wire { kind: WireKind::Stream, latency: Latency::Constant { us: 1_000 }, loss_per_million: 0, duplicate_per_million: 0 };

    fn pairs(id: &str, count: u16) -> Vec<(u16, u16)> {
        find(id).expect("a topology").links(count, WIRE).expect("it fits").iter().map(|link| (link.a.0, link.b.0)).collect()
    }

    #[test]
    fn links_are_those_of_the_name() {
        assert_eq!(pairs("pair", 2), [(0, 1)]);
        assert_eq!(pairs("line", 4), [(0, 1), (1, 2), (2, 3)]);
        assert_eq!(pairs("star", 4), [(0, 1), (0, 2), (0, 3)]);
        assert_eq!(pairs("ring", 4), [(0, 1), (1, 2), (2, 3), (3, 0)]);
        assert_eq!(pairs("mesh", 4), [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]);
    }

    #[test]
    fn as_many_links_as_a_setup_may_have() {
        for topology in ALL {
            let most = topology.links(topology.most, WIRE).expect("the most fits");
            assert!(most.len() <= limits::MAX_LINKS, "{}", topology.id);
            assert!(topology.links(topology.most + 1, WIRE).is_err() && topology.links(topology.least - 1, WIRE).is_err());
        }
    }
}
