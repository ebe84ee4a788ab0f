//! Parts of setups that are left out, and what is left when nothing more can be.

use super::asked::is_violated;
use super::cut::Cut;
use super::player::Player;
use super::{Found, Hunt, Outcome, Target};
use crate::checkers;
use crate::recipe::{Recipe, TimedCommand};
use crate::replication::ids::{NodeId, SessionId, SiteId};
use crate::replication::time::SimTime;
use crate::scenarios;
use crate::simulation::command::{Action, Command, LinkCommand, NodeCommand};
use crate::simulation::setup::Workload;

/// Oregon with two nodes, Ireland with two, the phone; you sit at the phone, Ana in Oregon, Ben in Ireland.
fn example() -> Recipe {
    let act = |session| Command::Act { session: SessionId(session), action: Action::Look };
    let commands = vec![
        act(0),
        act(1),
        act(2),
        Command::Node { node: NodeId(1), fault: NodeCommand::Crash },
        Command::Node { node: NodeId(4), fault: NodeCommand::Crash },
        Command::Link(LinkCommand::Disconnect(SiteId(2))),
        Command::Link(LinkCommand::Partition(vec![vec![NodeId(0), NodeId(4)], vec![NodeId(1)], vec![NodeId(3)]])),
        Command::Link(LinkCommand::HealAll),
    ];
    let mut recipe = scenarios::find("offline-leader").and_then(|scenario| scenario.recipe(None)).expect("it is there");
    recipe.commands = commands.into_iter().map(|command| TimedCommand { at_ns: SimTime::ZERO, event: 0, command }).collect();
    recipe
}

fn commands(recipe: &Recipe) -> Vec<Command> {
    recipe.commands.iter().map(|timed| timed.command.clone()).collect()
}

#[test]
fn whatever_names_a_site_goes_with_it_and_the_rest_keeps_its_name() {
    let recipe = example();
    let cut = Cut::Site(1).apply(&recipe).expect("Ireland is not needed");
    cut.check().expect("sound");
    let names: Vec<&str> = cut.setup.sites.iter().map(|site| &*site.name).collect();
    let people: Vec<(&str, u16)> = cut.setup.sessions.iter().map(|session| (&*session.author.0, session.site.0)).collect();
    assert_eq!((names, people), (vec!["Oregon", "Your phone"], vec![("You", 1), ("Ana", 0)]));
    let act = |session| Command::Act { session: SessionId(session), action: Action::Look };
    let expected = [
        act(0),
        act(1),
        Command::Node { node: NodeId(1), fault: NodeCommand::Crash },
        Command::Node { node: NodeId(2), fault: NodeCommand::Crash },
        Command::Link(LinkCommand::Disconnect(SiteId(1))),
        Command::Link(LinkCommand::Partition(vec![vec![NodeId(0), NodeId(2)], vec![NodeId(1)]])),
        Command::Link(LinkCommand::HealAll),
    ];
    assert_eq!(commands(&cut), expected);
}

#[test]
fn a_site_that_holds_the_others_together_stays() {
    assert_eq!(Cut::Site(0).apply(&example()).map(|_| ()), None);
}

#[test]
fn a_node_and_a_client_go_alone() {
    let recipe = example();
    let cut = Cut::Node(0).apply(&recipe).expect("Oregon has another");
    assert_eq!((cut.setup.sites[0].node_count, cut.setup.node_count(), cut.setup.sessions.len()), (1, 4, 3));
    assert_eq!(commands(&cut)[3], Command::Node { node: NodeId(0), fault: NodeCommand::Crash });
    assert_eq!(Cut::Node(4).apply(&recipe), None, "the phone has one");
    let cut = Cut::Client(1).apply(&recipe).expect("Ana");
    assert_eq!((cut.setup.sessions.len(), cut.commands.len(), cut.setup.sites.len()), (2, 7, 3));
}

#[test]
fn every_single_part_is_smaller_or_refused() {
    let recipe = example();
    let size = |recipe: &Recipe| {
        let setup = &recipe.setup;
        let loads = setup.sessions.iter().filter(|session| session.workload != Workload::Idle).count();
        setup.node_count() + setup.sites.len() + setup.sessions.len() + loads + setup.cart.len() + recipe.commands.len()
    };
    let cuts = Cut::all(&recipe);
    assert!(cuts.len() > 15);
    for cut in cuts {
        if let Some(smaller) = cut.apply(&recipe) {
            assert!(size(&smaller) < size(&recipe) && smaller.check().is_ok(), "{cut:?}");
        }
    }
}

/// Every part of the finding, left out alone, takes the violation with it. The parts and the player are those of the search
/// (tests/hunt.rs plays it with its own), but each is tried afresh.
fn assert_is_minimal(found: &Found) {
    assert!(found.is_minimal);
    let checker = checkers::find(found.verdict.guarantee).expect("it judged before");
    for cut in Cut::all(&found.recipe) {
        let Some(player) = cut.apply(&found.recipe).and_then(|recipe| Player::of_recipe(recipe, found.until).ok()) else { continue };
        let mut player = player;
        while !player.step() {}
        let verdict = checker.judge(&player.session().snapshot(), player.session().history());
        let still = verdict.is_some_and(|verdict| is_violated(&verdict) && verdict.promised == found.verdict.promised);
        assert!(!still, "seed {}: {cut:?} can be left out", found.seed);
    }
}

#[test]
fn no_part_of_a_finding_can_be_left_out_alone() {
    let mut count = 0;
    for scenario in scenarios::ALL {
        for guarantee in ["no-lost-writes", "linearizable", "convergence"] {
            let target = Target { faults: 2, ..Target::scenario(scenario, None) };
            let mut hunt = Hunt::new(target, guarantee, 3..5).expect("it can be searched");
            if let Outcome::Found(found) = hunt.run() {
                assert_is_minimal(found);
                count += 1;
            }
        }
    }
    assert!(count > 25, "{count}");
}
