//! A binary heap that fills the place of the key it just gave away with the next one that comes: an event mostly
//! causes another, and one way down the heap is cheaper than a removal and an insertion.

/// Keys, the least first.
#[derive(Clone, Debug)]
pub(super) struct Heap {
    keys: Vec<u128>,
    /// Whether the first place is empty: its key was taken.
    is_open: bool,
}

impl Heap {
    pub(super) const fn new() -> Self {
        Self { keys: Vec::new(), is_open: false }
    }

    pub(super) fn len(&self) -> usize {
        self.iter().len()
    }

    /// The least key.
    #[inline]
    pub(super) fn first(&self) -> Option<u128> {
        if !self.is_open {
            return self.keys.first().copied();
        }
        let children = self.keys.get(1..)?;
        children.iter().take(2).min().copied()
    }

    /// All keys, in no particular order.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = u128> + '_ {
        self.keys.iter().skip(usize::from(self.is_open)).copied()
    }

    #[inline]
    pub(super) fn push(&mut self, key: u128) {
        if self.is_open {
            self.is_open = false;
            return self.sink(key);
        }
        self.keys.push(key);
        self.rise(self.keys.len() - 1, key);
    }

    /// Takes the least key out.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<u128> {
        if self.is_open {
            self.close();
        }
        let first = self.keys.first().copied();
        self.is_open = first.is_some();
        first
    }

    /// Fills the open first place with the last key.
    #[inline]
    fn close(&mut self) {
        self.is_open = false;
        if let Some(last) = self.keys.pop()
            && !self.keys.is_empty()
        {
            self.sink(last);
        }
    }

    /// Puts `key` into the first place, or below it: the place goes down along the lesser children to the end, where
    /// a late key mostly belongs, and the key rises from there.
    #[inline]
    fn sink(&mut self, key: u128) {
        let keys = self.keys.as_mut_slice();
        let mut index = 0;
        while let Some(&[left, right]) = keys.get(2 * index + 1..2 * index + 3) {
            keys[index] = left.min(right);
            index = 2 * index + 1 + usize::from(right < left);
        }
        if let Some(&last) = keys.get(2 * index + 1) {
            keys[index] = last;
            index = 2 * index + 1;
        }
        self.rise(index, key);
    }

    /// Puts `key` into the place at `index`, or above it.
    #[inline]
    fn rise(&mut self, mut index: usize, key: u128) {
        let keys = self.keys.as_mut_slice();
        while index > 0 {
            let parent = (index - 1) / 2;
            if keys[parent] <= key {
                break;
            }
            keys[index] = keys[parent];
            index = parent;
        }
        keys[index] = key;
    }

    /// Keeps only what `stays`.
    pub(super) fn retain(&mut self, stays: impl FnMut(&u128) -> bool) {
        if self.is_open {
            self.close();
        }
        self.keys.retain(stays);
        // A sorted list is a heap.
        self.keys.sort_unstable();
    }
}
