//! The futures of a run as a tree: a line for each on one scale of time, where it leaves which other one.

use super::timeline::place;
use super::words;
use crate::replication::time::SimTime;
use crate::session::BranchView;

/// A future as drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limb {
    /// Its place in the list of the session.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// When it leaves which other one, and how far it is known.
    pub words: String,
    /// How deep it stands in the tree.
    pub depth: u32,
    /// Where it begins, in thousandths of the scale.
    pub from: u32,
    /// Where it ends.
    pub until: u32,
    /// The row of the one that it leaves.
    pub parent_row: Option<usize>,
    /// Whether it is on the stage.
    pub is_active: bool,
}

/// All futures, each below the one that it leaves, on a scale that ends at `extent`.
#[must_use]
pub fn tree(branches: &[BranchView], extent: SimTime) -> Vec<Limb> {
    let exists = |id: u32| branches.iter().any(|branch| branch.id == id);
    let mut limbs = Vec::with_capacity(branches.len());
    for (index, branch) in branches.iter().enumerate() {
        if branch.parent.is_none_or(|parent| !exists(parent)) {
            grow(branches, (index, branch), (0, None), extent, &mut limbs);
        }
    }
    limbs
}

fn grow(
    branches: &[BranchView],
    (index, branch): (usize, &BranchView),
    (depth, parent_row): (u32, Option<usize>),
    extent: SimTime,
    limbs: &mut Vec<Limb>,
) {
    let row = limbs.len();
    limbs.push(limb((index, branch), (depth, parent_row), extent, limbs));
    let mut children: Vec<(usize, &BranchView)> =
        branches.iter().enumerate().filter(|(_, child)| child.parent == Some(branch.id)).collect();
    children.sort_unstable_by_key(|(index, child)| (child.from, *index));
    for child in children {
        grow(branches, child, (depth + 1, Some(row)), extent, limbs);
    }
}

fn limb((index, branch): (usize, &BranchView), (depth, parent_row): (u32, Option<usize>), extent: SimTime, limbs: &[Limb]) -> Limb {
    let known = format!("known up to {}", words::time(branch.horizon));
    let leaves =
        parent_row.and_then(|row| limbs.get(row)).map(|parent| format!("leaves “{}” at {}", parent.name, words::time(branch.from)));
    Limb {
        index,
        name: branch.name.clone(),
        words: leaves.map_or(known.clone(), |leaves| format!("{leaves}, {known}")),
        depth,
        from: place(branch.from, extent),
        until: place(branch.horizon, extent),
        parent_row,
        is_active: branch.is_active,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(id: u32, parent: Option<u32>, from: u64, until: u64) -> BranchView {
        let (from, horizon) = (SimTime::from_ms(from), SimTime::from_ms(until));
        BranchView { id, parent, name: format!("b{id}"), is_active: id == 3, from, horizon }
    }

    #[test]
    fn each_branch_stands_below_the_one_that_it_leaves_where_it_leaves_it() {
        let branches =
            [branch(1, None, 0, 900), branch(2, Some(1), 500, 600), branch(3, Some(1), 100, 1_000), branch(4, Some(2), 550, 800)];
        let tree = tree(&branches, SimTime::from_ms(1_000));
        let rows: Vec<_> = tree.iter().map(|limb| (limb.name.as_str(), limb.depth, limb.parent_row, limb.from, limb.until)).collect();
        assert_eq!(
            rows,
            [("b1", 0, None, 0, 900), ("b3", 1, Some(0), 100, 1_000), ("b2", 1, Some(0), 500, 600), ("b4", 2, Some(2), 550, 800)]
        );
        assert_eq!(tree[1].words, "leaves “b1” at 100.0 ms, known up to 1000.0 ms");
        assert_eq!(tree.iter().filter(|limb| limb.is_active).map(|limb| limb.index).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_branch_whose_parent_is_gone_stands_at_the_root() {
        let tree = tree(&[branch(7, Some(1), 100, 200)], SimTime::from_ms(200));
        assert_eq!((tree.len(), tree[0].depth, tree[0].words.as_str()), (1, 0, "known up to 200.0 ms"));
    }
}
