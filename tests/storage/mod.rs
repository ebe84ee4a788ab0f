//! What every store must do, whatever is behind it.

use replicascope::offline::storage::{Commit, Row, Step, Storage, Table};

/// Where a store is kept while nobody has it open.
pub(crate) trait Shelf {
    type Store: Storage;
    async fn open(&mut self) -> Self::Store;
    async fn close(&mut self, store: Self::Store);
}

fn row(table: Table, key: u64, value: &[u8]) -> Row {
    Row { table, key, value: value.to_vec() }
}

fn put(table: Table, key: u64, value: &[u8]) -> Step {
    Step::Put(row(table, key, value))
}

/// Commits, opens again, and compares.
async fn expect(shelf: &mut impl Shelf, steps: Vec<Step>, rows: &[Row]) {
    let mut store = shelf.open().await;
    store.commit(&Commit(steps.clone())).await.unwrap();
    assert_eq!(sorted(store.load().await.unwrap()), rows, "at once, after {steps:?}");
    shelf.close(store).await;
    let mut store = shelf.open().await;
    assert_eq!(sorted(store.load().await.unwrap()), rows, "opened again, after {steps:?}");
    shelf.close(store).await;
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_unstable_by_key(|row| (row.table, row.key));
    rows
}

/// All of it, on an empty shelf.
pub(crate) async fn check(shelf: &mut impl Shelf) {
    let mut store = shelf.open().await;
    assert_eq!(store.load().await.unwrap(), [], "a new store is empty");
    shelf.close(store).await;
    expect(shelf, Vec::new(), &[]).await;
    let (meta, log) = (row(Table::Meta, 0, &[1]), row(Table::Log, 1, &[]));
    let (own, base) = (row(Table::Own, 0, &[0, 255]), row(Table::Base, (1 << 53) - 1, &[7; 300_000]));
    let all = [meta, log, own, base];
    expect(shelf, all.iter().cloned().map(Step::Put).collect(), &all).await;
    let kept = [row(Table::Meta, 0, &[2]), row(Table::Own, 0, &[0, 255])];
    // One of the same key goes; steps count in their order.
    let steps = vec![
        put(Table::Meta, 0, &[2]),
        put(Table::Log, 7, &[9]),
        Step::DeleteFrom(Table::Log, 1),
        Step::DeleteFrom(Table::Base, 1),
        Step::DeleteFrom(Table::Own, 1),
    ];
    expect(shelf, steps, &kept).await;
    let steps = vec![Step::DeleteFrom(Table::Log, 0), put(Table::Log, 1, &[1]), put(Table::Log, 2, &[2]), put(Table::Log, 300, &[3])];
    let logged = |rows: &[Row]| sorted([&kept[..], rows].concat());
    expect(shelf, steps, &logged(&[row(Table::Log, 1, &[1]), row(Table::Log, 2, &[2]), row(Table::Log, 300, &[3])])).await;
    expect(shelf, vec![Step::DeleteFrom(Table::Log, 2)], &logged(&[row(Table::Log, 1, &[1])])).await;
    // As a log is written again without what was collected.
    let steps = vec![
        put(Table::Base, 0, &[4]),
        Step::DeleteFrom(Table::Log, 1),
        put(Table::Log, 1, &[]),
        put(Table::Log, 1, &[5]),
        put(Table::Log, 3, &[6]),
    ];
    expect(shelf, steps, &logged(&[row(Table::Log, 1, &[5]), row(Table::Log, 3, &[6]), row(Table::Base, 0, &[4])])).await;
}
