fn main() {
    use merge_bench::{ours::{Pair, Replica}, workload};
    let rounds: u64 = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(5);
    for seed in 0..rounds {
        let edits = workload::edits(seed, 0);
        let mut replica = Replica::new(replicascope::offline::leader::Kind::Device, 9);
        let t = std::time::Instant::now();
        replica.edit_all(&edits);
        let edit = t.elapsed().as_nanos() as f64 / edits.len() as f64;
        let mut pair = Pair::apart(seed);
        let before = pair.stored_bytes();
        let t = std::time::Instant::now();
        std::hint::black_box(pair.sync());
        let ms = t.elapsed().as_secs_f64() * 1e3;
        let cart = pair.cart();
        println!("{ms:.2} ms {} bytes sent, {} stored, {} lines; edit {edit:.0} ns", pair.sent_bytes(), pair.stored_bytes() - before, cart.len());
    }
}
