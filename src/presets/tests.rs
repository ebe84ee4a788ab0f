//! Every preset on a cluster that it fits, and on those that it does not.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use super::*;
use crate::replication::delta::Mode;
use crate::simulation::dials::show;
use crate::simulation::setup::{Latency, Link, Site, Wire, WireKind};
use crate::simulation::topology;

const WIRE: Wire = Wire { kind: WireKind::Stream, latency: Latency::Constant { us: 1_000 }, loss_per_million: 0, duplicate_per_million: 0 };

/// Three sites in a ring, with followers where the strategy has them.
fn setup(strategy: &str) -> Setup {
    let (site_count, node_count) = if strategy == "single-leader" { (1, 3) } else { (3, 1) };
    let site = |index: u16| Site { name: format!("S{index}").into(), kind: SiteKind::Datacenter, node_count, spare_count: 0 };
    let links = if site_count == 1 { Vec::<Link>::new() } else { topology::find("ring").unwrap().links(site_count, WIRE).unwrap() };
    Setup {
        strategy: strategy.to_owned(),
        sites: (0..site_count).map(site).collect(),
        links,
        inside: WIRE,
        sessions: Vec::new(),
        mode: Mode::LastWrite,
        cart: Vec::new(),
        dials: Default::default(),
    }
}

#[test]
fn every_preset_fits_a_cluster_of_its_strategy_and_no_other() {
    for preset in ALL {
        assert!(registry::find(preset.strategy).is_some(), "{}", preset.id);
        for entry in registry::ALL {
            let fits = preset.fits(&setup(entry.id));
            assert_eq!(fits.is_ok(), entry.id == preset.strategy, "{} on {}: {fits:?}", preset.id, entry.id);
        }
    }
}

/// What the documentation column says is what the change does: every `setting=value` in it holds afterwards.
#[test]
fn what_a_parameter_maps_to_is_set() {
    for preset in ALL {
        let changed = preset.on(&setup(preset.strategy)).unwrap();
        let pairs = preset.parameters.iter().flat_map(|parameter| parameter.maps_to.split([' ', ',', ';']));
        for (key, value) in pairs.filter_map(|word| word.split_once('=')) {
            let setting = registry::setting(key).unwrap_or_else(|| panic!("{}: {key} is no setting", preset.id));
            assert_eq!(show(setting, changed.dials.get(setting)), value, "{}: {key}", preset.id);
        }
        if let Some(policy) = preset.parameters.iter().find_map(|parameter| parameter.maps_to.strip_prefix("policy ")) {
            assert_eq!(changed.mode.id(), policy, "{}", preset.id);
        }
        let read = registry::find(preset.strategy).unwrap().settings;
        for (setting, _) in changed.dials.iter() {
            assert!(read.iter().any(|known| known.key == setting.key), "{}: {} is not read", preset.id, setting.key);
        }
    }
}

#[test]
fn quorums_follow_the_cluster() {
    use crate::replication::strategies::leaderless::{READ_QUORUM, REPLICA_COUNT, WRITE_QUORUM};
    let of = |id: &str, setup: &Setup| {
        let dials = find(id).unwrap().on(setup).unwrap().dials;
        (dials.get(&REPLICA_COUNT), dials.get(&WRITE_QUORUM), dials.get(&READ_QUORUM))
    };
    let mut five = setup("leaderless");
    five.sites[0].node_count = 3;
    assert_eq!(of("cassandra-one", &five), (3, 1, 1));
    assert_eq!(of("cassandra-quorum", &five), (3, 2, 2));
    assert_eq!(of("cassandra-all", &five), (3, 3, 3));
    assert_eq!(of("cassandra-local-quorum", &five), (0, 1, 1));
    assert_eq!(of("riak", &five), (3, 2, 2));
    let mut two = five.clone();
    two.sites.truncate(2);
    two.links.retain(|link| link.a.0 < 2 && link.b.0 < 2);
    two.sites[0].node_count = 1;
    assert_eq!(of("cassandra-quorum", &two), (2, 2, 2));
}

#[test]
fn presets_speak_for_themselves() {
    for (index, preset) in ALL.iter().enumerate() {
        assert!(ALL[..index].iter().all(|other| other.id != preset.id), "{} twice", preset.id);
        assert!(preset.summary.ends_with('.') && !preset.title.is_empty() && !preset.parameters.is_empty(), "{}", preset.id);
        assert!(preset.citation.starts_with("https://") && !preset.caveats.is_empty(), "{}", preset.id);
        assert!(preset.caveats.iter().all(|caveat| caveat.ends_with('.')), "{}", preset.id);
    }
}

/// A preset decides all that it is about: what was set before does not shine through.
#[test]
fn a_preset_does_not_depend_on_the_one_before_it() {
    for first in ALL {
        for second in ALL.iter().filter(|second| second.strategy == first.strategy) {
            let plain = second.on(&setup(second.strategy)).unwrap();
            let after = second.on(&first.on(&setup(first.strategy)).unwrap()).unwrap();
            for parameter in second.parameters {
                let keys = parameter.maps_to.split([' ', ',', ';']).filter_map(|word| word.split_once('='));
                for setting in keys.filter_map(|(key, _)| registry::setting(key)) {
                    assert_eq!(plain.dials.get(setting), after.dials.get(setting), "{} after {}: {}", second.id, first.id, setting.key);
                }
            }
        }
    }
}
