//! Several futures of a run: kept, named, removed and brought back, taken along in recipes; what was done last is taken back
//! and done again.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use replicascope::limits;
use replicascope::recipe::{Recipe, RecipeError};
use replicascope::replication::ids::{NodeId, SessionId, SiteId};
use replicascope::replication::time::SimTime;
use replicascope::scenarios;
use replicascope::session::Session;
use replicascope::simulation::Options;
use replicascope::simulation::command::{Action, Command, LinkCommand, NodeCommand};

fn buy(item: &str) -> Command {
    Command::Act { session: SessionId(0), action: Action::Add { item: item.into(), count: 1 } }
}

const fn crash(node: u16) -> Command {
    Command::Node { node: NodeId(node), fault: NodeCommand::Crash }
}

fn run() -> Session {
    Session::open(scenarios::find("offline-leader").unwrap().recipe(Some("add-wins")).unwrap()).unwrap()
}

/// Three futures: the second leaves the first at 84 ms, the third the second at 200 ms.
fn tree() -> Session {
    let mut session = run();
    session.run_until(SimTime::from_ms(100));
    session.submit(buy("tea")).unwrap();
    session.run_until(SimTime::from_ms(1_000));
    session.seek(SimTime::from_ms(84));
    session.submit(buy("salt")).unwrap();
    session.run_until(SimTime::from_ms(800));
    session.seek(SimTime::from_ms(200));
    session.submit(crash(1)).unwrap();
    session.run_until(SimTime::from_ms(900));
    session
}

/// Number, parent and start in milliseconds of each.
fn shape(session: &Session) -> Vec<(u32, Option<u32>, u64)> {
    session.branches().iter().map(|branch| (branch.id, branch.parent, branch.from.0 / 1_000_000)).collect()
}

fn active(session: &Session) -> usize {
    session.branches().iter().position(|branch| branch.is_active).unwrap()
}

#[test]
fn a_branch_knows_the_one_that_it_left() {
    assert_eq!(shape(&tree()), [(1, None, 0), (2, Some(1), 84), (3, Some(2), 200)]);
}

#[test]
fn a_removed_branch_hands_its_children_on_and_comes_back() {
    let mut session = tree();
    let (print, at) = (session.fingerprint(), session.position());
    let removed = session.remove_branch(1).unwrap();
    assert_eq!(shape(&session), [(1, None, 0), (3, Some(1), 84)]);
    assert_eq!((active(&session), session.fingerprint(), session.position()), (1, print, at), "the run stays where it is");
    assert!(session.restore_branch(removed));
    assert_eq!(shape(&session), [(1, None, 0), (2, Some(1), 84), (3, Some(2), 200)]);
    assert_eq!((active(&session), session.fingerprint()), (2, print));
}

#[test]
fn removing_the_branch_on_the_stage_goes_to_the_one_it_left() {
    let mut session = tree();
    assert!(session.remove_branch(2).is_some());
    assert_eq!((active(&session), session.commands().len()), (1, 1));
    assert_eq!(session.now(), SimTime::from_ms(800), "as far as that one is known");
    assert!(session.remove_branch(0).is_some());
    assert!(session.remove_branch(0).is_none(), "the last one stays");
    assert_eq!(shape(&session), [(2, None, 0)]);
}

#[test]
fn a_branch_takes_a_name_that_fits() {
    let mut session = tree();
    session.rename_branch(1, "with salt").unwrap();
    assert_eq!(session.branches()[1].name, "with salt");
    assert_eq!(session.rename_branch(1, "").unwrap_err().field, "branch.name");
    assert_eq!(session.rename_branch(1, &"x".repeat(limits::MAX_NAME_CHARS + 1)).unwrap_err().field, "branch.name");
    assert_eq!(session.rename_branch(9, "x").unwrap_err().field, "branch");
}

#[test]
fn recipes_and_links_take_all_branches_along() {
    let session = tree();
    let recipe = session.recipe_with_branches();
    let link = recipe.to_link().unwrap();
    for read in [Recipe::from_json(&recipe.to_json()).unwrap(), Recipe::from_link(&link).unwrap()] {
        assert_eq!(read, recipe);
        let mut other = Session::open(read).unwrap();
        other.seek(session.now());
        assert_eq!((other.branches(), other.fingerprint()), (session.branches(), session.fingerprint()));
        for index in [0, 1, 2] {
            let mut here = tree();
            here.switch_branch(index);
            other.switch_branch(index);
            here.seek(SimTime::from_ms(700));
            other.seek(SimTime::from_ms(700));
            assert_eq!((other.now(), other.fingerprint()), (here.now(), here.fingerprint()), "branch {index}");
        }
    }
}

#[test]
fn a_recipe_of_one_branch_is_what_it_was_before_there_were_branches() {
    let session = run();
    assert_eq!(session.recipe_with_branches(), session.recipe());
    assert!(!session.recipe().to_json().contains("branches"));
    let link = session.recipe().to_link().unwrap();
    assert_eq!(Recipe::from_link(&link).unwrap(), session.recipe());
}

#[test]
fn damaged_branches_are_refused_with_their_field() {
    let recipe = tree().recipe_with_branches();
    let field = |change: fn(&mut Recipe)| {
        let mut damaged = recipe.clone();
        change(&mut damaged);
        match damaged.check() {
            Err(RecipeError::Invalid(error)) => error.field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(field(|recipe| recipe.branches[1].parent = Some(1)), "branches[1].parent");
    assert_eq!(field(|recipe| recipe.branches[0].name.clear()), "branches[0].name");
    assert_eq!(field(|recipe| recipe.branches[0].commands = None), "branches");
    assert_eq!(field(|recipe| recipe.branches[2].commands = Some(Vec::new())), "branches");
    assert_eq!(field(|recipe| recipe.branches[1].until_ns = SimTime(u64::MAX)), "branches[1].until_ns");
    assert_eq!(field(|recipe| recipe.branches[0].commands.as_mut().unwrap()[0].command = crash(77)), "branches[0].commands[0].node.node");
    let many = |recipe: &mut Recipe| recipe.branches = vec![recipe.branches[0].clone(); limits::MAX_BRANCHES + 1];
    assert_eq!(field(many), "branches");
}

#[test]
fn a_look_at_another_branch_is_that_branch_and_leaves_the_run_alone() {
    let mut session = tree();
    let (print, at) = (session.fingerprint(), session.position());
    let seen = session.peek_branch(0, SimTime::from_ms(900)).unwrap().fingerprint();
    assert_eq!((session.fingerprint(), session.position()), (print, at));
    session.switch_branch(0);
    session.seek(SimTime::from_ms(900));
    assert_eq!(session.fingerprint(), seen);
    assert_eq!(session.peek_branch(1, SimTime::from_ms(9_000)).unwrap().now(), SimTime::from_ms(800));
    assert!(session.peek_branch(3, SimTime::ZERO).is_err());
}

#[test]
fn what_was_done_last_is_taken_back_and_done_again() {
    let mut session = run();
    session.run_until(SimTime::from_ms(100));
    let untouched = session.fingerprint();
    session.submit(crash(1)).unwrap();
    session.submit(buy("tea")).unwrap();
    session.run_until(SimTime::from_ms(700));
    let (print, at) = (session.fingerprint(), session.position());
    assert!(session.undo());
    assert_eq!((session.now(), session.commands().len()), (SimTime::from_ms(100), 1));
    assert!(session.undo());
    assert_eq!((session.fingerprint(), session.commands().len()), (untouched, 0));
    assert_eq!(session.branches().len(), 2, "one without, however much is taken back");
    assert!(!session.undo(), "nothing is left to take back");
    assert!(session.redo());
    assert_eq!(session.applied_count(), 1);
    assert!(session.redo() && !session.can_redo() && !session.redo());
    assert_eq!((session.fingerprint(), session.position()), (print, at));
    assert_eq!(session.branches().len(), 1, "the one that nobody used is gone");
}

#[test]
fn a_branch_made_by_an_undo_is_kept_once_it_was_used() {
    let mut session = run();
    session.submit(crash(1)).unwrap();
    session.run_until(SimTime::from_ms(300));
    let print = session.fingerprint();
    session.undo();
    session.run_until(SimTime::from_ms(50));
    assert!(session.redo());
    assert_eq!((session.fingerprint(), session.branches().len()), (print, 2));
    session.undo();
    session.submit(Command::Link(LinkCommand::Disconnect(SiteId(2)))).unwrap();
    assert!(!session.can_redo(), "something else was done instead");
}

#[test]
fn links_inside_a_site_are_tuned_together_and_single_nodes_have_none() {
    let session = run();
    let wire = session.setup().inside;
    let tune = |site: u16| Command::Link(LinkCommand::Tune { a: SiteId(site), b: SiteId(site), wire }).check(session.setup());
    assert!(tune(0).is_ok());
    assert_eq!(tune(2).unwrap_err().field, "link.tune", "the phone");
    assert_eq!(tune(9).unwrap_err().field, "link.tune");
}

#[test]
fn a_link_leaves_other_branches_out_where_they_are_too_long_for_it() {
    let mut session = tree();
    let (whole, leaves_out) = session.recipe_with_branches().to_link_within_bounds().unwrap();
    assert_eq!((whole, leaves_out), (session.recipe_with_branches().to_link().unwrap(), false));
    session.switch_branch(0);
    for edit in 0..1_200 {
        session.submit(buy(&format!("something rather long, number {edit}"))).unwrap();
    }
    session.seek(SimTime::from_ms(90));
    session.submit(buy("salt")).unwrap();
    let recipe = session.recipe_with_branches();
    assert!(matches!(recipe.to_link(), Err(RecipeError::TooLong { .. })));
    let (link, leaves_out) = recipe.to_link_within_bounds().unwrap();
    assert_eq!((Recipe::from_link(&link).unwrap(), leaves_out), (session.recipe(), true));
}

#[test]
fn checkpoints_hold_no_more_of_the_past_than_the_run_does() {
    // People who go on by themselves.
    let person = r#"{ "author": "a", "site": 0, "access": null, "workload": { "alternate": { "key": "k" } }, "reads": "home" }"#;
    let sites = r#"[{ "name": "Oregon", "kind": "datacenter", "node_count": 5, "spare_count": 0 }]"#;
    let inside = r#"{ "kind": "datagram", "latency": { "constant": { "us": 1000 } }, "loss_per_million": 0, "duplicate_per_million": 0 }"#;
    let setup = format!(
        r#"{{ "strategy": "leaderless", "sites": {sites}, "links": [], "inside": {inside}, "sessions": [{person}], "mode": "last-write", "cart": [], "dials": {{}} }}"#
    );
    let options = Options { history_operations_max: 1_000, history_latest_max: 4_000, ..Options::default() };
    let opened = || {
        let recipe = Recipe::from_json(&format!(r#"{{ "version": 1, "setup": {setup}, "seed": "7", "commands": [] }}"#));
        Session::open_with(recipe.unwrap(), options).unwrap()
    };
    let mut session = opened();
    while session.journal().dropped_count() < 210_000 {
        let now = session.now();
        session.run_until(SimTime(now.0 + SimTime::from_ms(2_000).0));
        assert!(session.now() > now, "the run goes on");
    }
    // Half way back everything is older than what the run still holds: only what was replayed is there.
    let early = SimTime(session.now().0 / 2);
    session.seek(early);
    assert!((session.journal().len() as u64) < session.journal().end() / 4, "{} entries", session.journal().len());
    assert!(session.history().kept().count() < 3_000, "{} operations", session.history().kept().count());
    let mut fresh = opened();
    fresh.run_until(early);
    assert_eq!(session.fingerprint(), fresh.fingerprint(), "it is the same moment of the same run");
    assert_eq!(session.journal().end(), fresh.journal().end());
    assert_eq!(session.history().len(), fresh.history().len());
    assert!(session.history().len() > 10_000 && fresh.history().kept().count() > 5_000, "there was something to let go of");
}
