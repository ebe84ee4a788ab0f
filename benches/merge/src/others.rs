//! How other libraries do it, each in its favourite way: a transaction an edit where that costs little, else one for all.
//! Only `crdts` keeps an add-wins map as this project does; the others let the last write of a line win.

use crate::workload::{Cart, Edit, edits};

/// Two replicas of a library.
pub trait Pair {
    /// Syncs both ways through bytes; returns how many.
    fn sync(&mut self) -> usize;

    /// The cart of each.
    fn carts(&self) -> [Cart; 2];
}

/// Brings two replicas apart.
pub type Apart = fn(seed: u64) -> Box<dyn Pair>;

/// All of them.
pub const ALL: [(&str, Apart); 4] =
    [("crdts", orswot::apart), ("yrs", yjs::apart), ("loro", loro_map::apart), ("automerge", automerge_map::apart)];

fn two<T>(seed: u64, make: impl Fn(u64, &[Edit]) -> T) -> [T; 2] {
    [1, 2].map(|replica| make(replica, &edits(seed, replica - 1)))
}

mod orswot {
    use super::{Cart, Edit, Pair, two};
    use crdts::{CmRDT, CvRDT, Orswot};

    type Set = Orswot<(String, u32), u64>;

    fn edited(actor: u64, edits: &[Edit]) -> Set {
        let (mut set, mut cart) = (Set::new(), Cart::new());
        for edit in edits {
            if let Some(before) = cart.remove(&edit.item) {
                let seen = set.read_ctx().derive_rm_ctx();
                set.apply(set.rm((edit.item.clone(), before), seen));
            }
            if let Some(quantity) = edit.quantity {
                let seen = set.read_ctx().derive_add_ctx(actor);
                set.apply(set.add((edit.item.clone(), quantity), seen));
                cart.insert(edit.item.clone(), quantity);
            }
        }
        set
    }

    pub(super) fn apart(seed: u64) -> Box<dyn Pair> {
        Box::new(two(seed, edited))
    }

    impl Pair for [Set; 2] {
        fn sync(&mut self) -> usize {
            let states = self.each_ref().map(|set| postcard::to_allocvec(set).expect("plain data"));
            self[0].merge(postcard::from_bytes(&states[1]).expect("a state"));
            self[1].merge(postcard::from_bytes(&states[0]).expect("a state"));
            states.iter().map(Vec::len).sum()
        }

        fn carts(&self) -> [Cart; 2] {
            self.each_ref().map(|set| {
                let mut cart = Cart::new();
                for (item, quantity) in set.read().val {
                    let largest = cart.entry(item).or_insert(quantity);
                    *largest = quantity.max(*largest);
                }
                cart
            })
        }
    }
}

mod yjs {
    use super::{Cart, Edit, Pair, two};
    use yrs::updates::decoder::Decode;
    use yrs::updates::encoder::Encode;
    use yrs::{Doc, Map, Out, ReadTxn, StateVector, Transact, Update};

    fn edited(client: u64, edits: &[Edit]) -> Doc {
        let doc = Doc::with_client_id(client);
        let map = doc.get_or_insert_map("cart");
        for edit in edits {
            let mut transaction = doc.transact_mut();
            match edit.quantity {
                Some(quantity) => drop(map.insert(&mut transaction, edit.item.as_str(), f64::from(quantity))),
                None => drop(map.remove(&mut transaction, &edit.item)),
            }
        }
        doc
    }

    pub(super) fn apart(seed: u64) -> Box<dyn Pair> {
        Box::new(two(seed, edited))
    }

    impl Pair for [Doc; 2] {
        fn sync(&mut self) -> usize {
            let vectors = self.each_ref().map(|doc| doc.transact().state_vector().encode_v1());
            let mut bytes = vectors.iter().map(Vec::len).sum();
            for (from, to) in [(0, 1), (1, 0)] {
                let vector = StateVector::decode_v1(&vectors[to]).expect("a vector");
                let update = self[from].transact().encode_diff_v1(&vector);
                bytes += update.len();
                self[to].transact_mut().apply_update(Update::decode_v1(&update).expect("an update")).expect("it follows");
            }
            bytes
        }

        fn carts(&self) -> [Cart; 2] {
            self.each_ref().map(|doc| {
                let map = doc.get_or_insert_map("cart");
                let transaction = doc.transact();
                let quantity = |value: Out| value.to_string(&transaction).parse::<f64>().expect("a number") as u32;
                map.iter(&transaction).map(|(item, value)| (item.to_string(), quantity(value))).collect()
            })
        }
    }
}

mod loro_map {
    use super::{Cart, Edit, Pair, two};
    use loro::{ExportMode, LoroDoc};

    fn edited(peer: u64, edits: &[Edit]) -> LoroDoc {
        let doc = LoroDoc::new();
        doc.set_peer_id(peer).expect("a free id");
        let map = doc.get_map("cart");
        for edit in edits {
            match edit.quantity {
                Some(quantity) => map.insert(&edit.item, i64::from(quantity)).expect("attached"),
                None => map.delete(&edit.item).expect("attached"),
            }
        }
        doc.commit();
        doc
    }

    pub(super) fn apart(seed: u64) -> Box<dyn Pair> {
        Box::new(two(seed, edited))
    }

    impl Pair for [LoroDoc; 2] {
        fn sync(&mut self) -> usize {
            let vectors = self.each_ref().map(LoroDoc::oplog_vv);
            let mut bytes = 0;
            for (from, to) in [(0, 1), (1, 0)] {
                let update = self[from].export(ExportMode::updates(&vectors[to])).expect("an update");
                bytes += update.len();
                self[to].import(&update).expect("it follows");
            }
            bytes
        }

        fn carts(&self) -> [Cart; 2] {
            self.each_ref().map(|doc| {
                let mut cart = Cart::new();
                doc.get_map("cart").for_each(|item, value| {
                    let quantity = value.into_value().ok().and_then(|value| value.into_i64().ok()).expect("a number");
                    cart.insert(item.to_owned(), quantity as u32);
                });
                cart
            })
        }
    }
}

mod automerge_map {
    use super::{Cart, Edit, Pair, two};
    use automerge::sync::{Message, State, SyncDoc};
    use automerge::transaction::Transactable;
    use automerge::{ActorId, AutoCommit, ROOT, ReadDoc};

    fn edited(actor: u64, edits: &[Edit]) -> AutoCommit {
        let mut doc = AutoCommit::new().with_actor(ActorId::from(actor.to_be_bytes()));
        for edit in edits {
            match edit.quantity {
                Some(quantity) => doc.put(ROOT, edit.item.as_str(), i64::from(quantity)).expect("the root is a map"),
                None => doc.delete(ROOT, edit.item.as_str()).expect("the root is a map"),
            }
        }
        doc.commit();
        doc
    }

    pub(super) fn apart(seed: u64) -> Box<dyn Pair> {
        Box::new(two(seed, edited))
    }

    impl Pair for [AutoCommit; 2] {
        fn sync(&mut self) -> usize {
            let mut states = [State::new(), State::new()];
            let mut bytes = 0;
            loop {
                let mut is_silent = true;
                for (from, to) in [(0, 1), (1, 0)] {
                    let Some(message) = self[from].sync().generate_sync_message(&mut states[from]) else { continue };
                    let message = message.encode();
                    (bytes, is_silent) = (bytes + message.len(), false);
                    let message = Message::decode(&message).expect("a message");
                    self[to].sync().receive_sync_message(&mut states[to], message).expect("it follows");
                }
                if is_silent {
                    return bytes;
                }
            }
        }

        fn carts(&self) -> [Cart; 2] {
            self.each_ref().map(|doc| {
                let quantity = |item: &str| {
                    let value = doc.get(ROOT, item).ok().flatten().and_then(|(value, _)| value.to_i64());
                    value.expect("a number") as u32
                };
                doc.keys(ROOT).map(|item| (item.clone(), quantity(&item))).collect()
            })
        }
    }
}
