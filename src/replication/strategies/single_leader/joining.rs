//! Who belongs to the group: a spare joins with a copy, a node leaves, a lost node is replaced. One node at a time, by log
//! entries that a majority of the new group acknowledges, and not before the leader has committed an entry of its own
//! epoch (Ongaro 2014, dissertation, §4.1, and the correction of 2015).

use super::durable::{Record, Standing};
use super::log::Payload;
use super::members::Members;
use super::message::{Matter, Message};
use super::{Out, SingleLeader, passed};
use crate::replication::ids::NodeId;
use crate::replication::protocol::Env;
use crate::replication::time::SimDuration;
use crate::replication::view::Role;
use std::cmp::Reverse;

/// A joining node that lacks more entries than this is not admitted yet.
const LAG_AT_ADMISSION: u64 = 100;
/// Heartbeats of silence after which a leader gives a joining node up, and a member asks whether it still is one.
const BEATS_TO_ABANDON: u64 = 10;

/// A node that is about to become a voter.
#[derive(Clone, Debug)]
pub(super) struct Joining {
    pub(super) node: NodeId,
    /// Whether the entry that makes it a voter is in the log.
    pub(super) is_admitted: bool,
}

impl SingleLeader {
    /// Whether writes wait for a copy to end.
    pub(super) fn are_writes_stopped(&self) -> bool {
        self.config.join_stops_writes && self.lead.joining.as_ref().is_some_and(|joining| !joining.is_admitted)
    }

    /// Whether the last change is through, and the leader sure of its own leadership.
    fn may_change_group(&self) -> bool {
        self.kept.members_since() <= self.stable && self.lead.begin <= self.stable
    }

    fn change_group(&mut self, env: &Env<'_>, members: Members, out: &mut Out) {
        self.append(env, Payload::Members(members), out);
        self.match_followers(env);
        self.ship(env, out);
        self.advance(env, out);
    }

    /// The command: a spare (or a replaced node) wants to become a voter.
    pub(super) fn on_order_to_join(&mut self, env: &Env<'_>, out: &mut Out) {
        if self.role == Role::Leader || (self.is_voter() && self.kept.standing == Standing::Member) {
            return;
        }
        if self.role == Role::Spare {
            self.is_caught_up = false;
        }
        self.keep(Record::Standing(Standing::Joining), out);
        self.send_to_group(env, &Matter::Join, out);
    }

    /// The command: it wants to be taken out. A leader first hands over to the most advanced follower.
    pub(super) fn on_order_to_leave(&mut self, env: &mut Env<'_>, out: &mut Out) {
        if self.role == Role::Spare {
            if matches!(self.kept.standing, Standing::Joining | Standing::Outsider) {
                self.keep(Record::Standing(Standing::Out), out);
            }
            return;
        }
        if self.role == Role::Leader {
            let members = self.kept.members();
            let voters = self.lead.followers.iter().filter(|progress| members.is_voter(progress.node));
            let Some(heir) = voters.max_by_key(|progress| (progress.acknowledged, Reverse(progress.node))).map(|heir| heir.node) else {
                return;
            };
            out.send(heir, Message::Lead);
            self.step_down(env, heir, out);
        }
        self.keep(Record::Standing(Standing::Leaving), out);
        self.send_to_group(env, &Matter::Leave, out);
    }

    /// A node that waits for a change of the group asks again.
    pub(super) fn ask_about_group(&self, env: &Env<'_>, out: &mut Out) {
        match self.kept.standing {
            Standing::Joining | Standing::Outsider => self.send_to_group(env, &Matter::Join, out),
            Standing::Leaving => self.send_to_group(env, &Matter::Leave, out),
            Standing::Member if passed(self.follow.heard_at, env.local_clock) > self.patience() => {
                self.send_to_group(env, &Matter::Inquiry, out);
            }
            Standing::Member | Standing::Out => {}
        }
    }

    /// How long a silence is before something is done about the group.
    fn patience(&self) -> SimDuration {
        SimDuration(self.config.heartbeat_every.0.saturating_mul(BEATS_TO_ABANDON))
    }

    /// A word about the group.
    pub(super) fn on_matter(&mut self, env: &mut Env<'_>, from: NodeId, matter: Matter, out: &mut Out) {
        match matter {
            Matter::Join if self.role == Role::Leader => self.on_wish_to_join(env, from, out),
            Matter::Leave if self.role == Role::Leader => self.on_wish_to_leave(env, from, out),
            Matter::Inquiry if self.role == Role::Leader => self.tell_outsider(from, out),
            Matter::Invite if self.kept.standing == Standing::Out => self.on_order_to_join(env, out),
            Matter::Out(epoch, members) if epoch >= self.kept.epoch && !members.contains(self.me) => {
                self.on_out(env, out);
            }
            Matter::Join | Matter::Leave | Matter::Inquiry | Matter::Invite | Matter::Out(..) => {}
        }
    }

    /// It is no member any more: as it wished, or because the entry that had taken it in was lost with its leader.
    fn on_out(&mut self, env: &mut Env<'_>, out: &mut Out) {
        match self.kept.standing {
            Standing::Leaving => {
                self.keep(Record::Standing(Standing::Out), out);
                Self::tell(out, "left", || "has left the group".to_owned());
            }
            Standing::Member => {
                self.keep(Record::Standing(Standing::Outsider), out);
                self.is_caught_up = false;
                self.send_to_group(env, &Matter::Join, out);
            }
            Standing::Joining | Standing::Outsider | Standing::Out => return,
        }
        self.role = self.resting_role();
        self.arm(env, out);
    }

    fn tell_outsider(&self, node: NodeId, out: &mut Out) {
        let members = self.kept.members();
        if !members.contains(node) && self.may_change_group() {
            out.send(node, Message::Group(Matter::Out(self.kept.epoch, members.clone())));
        }
    }

    fn on_wish_to_join(&mut self, env: &mut Env<'_>, from: NodeId, out: &mut Out) {
        if self.kept.members().is_voter(from) || self.lead.joining.is_some() || !self.may_change_group() {
            return;
        }
        let is_learner = self.kept.members().contains(from);
        self.lead.joining = Some(Joining { node: from, is_admitted: false });
        self.match_followers(env);
        match self.lead.followers.iter().position(|progress| progress.node == from) {
            Some(index) if !is_learner => self.start_copy(index, out),
            _ => self.watch_joining(env, out),
        }
    }

    fn on_wish_to_leave(&mut self, env: &Env<'_>, from: NodeId, out: &mut Out) {
        self.tell_outsider(from, out);
        let members = self.kept.members();
        if members.contains(from) && self.may_change_group() {
            self.change_group(env, members.without(from), out);
        }
    }

    /// Looks whether the joining node has caught up, and makes it a voter.
    pub(super) fn watch_joining(&mut self, env: &Env<'_>, out: &mut Out) {
        let Some(Joining { node, is_admitted }) = self.lead.joining.clone() else { return };
        if is_admitted {
            if self.kept.members_since() <= self.stable {
                self.lead.joining = None;
            }
            return;
        }
        let slack = if self.config.join_stops_writes { 0 } else { LAG_AT_ADMISSION };
        let last = self.kept.log.last().0;
        let has_caught_up = self.lead.progress(node).is_some_and(|progress| progress.copying.is_none() && progress.held.0 + slack >= last);
        if has_caught_up && self.may_change_group() {
            self.lead.joining = Some(Joining { node, is_admitted: true });
            Self::tell(out, "joined", || format!("makes {node} a voter of the group"));
            self.change_group(env, self.kept.members().with_voter(node), out);
            self.let_writes_go_on(env, out);
        }
    }

    fn let_writes_go_on(&mut self, env: &Env<'_>, out: &mut Out) {
        while let Some(asked) = self.lead.queued.pop_front() {
            self.write(env, asked, out);
        }
    }

    /// With every heartbeat: who is to be given up, admitted or replaced.
    pub(super) fn watch_group(&mut self, env: &Env<'_>, out: &mut Out) {
        if let Some(Joining { node, is_admitted: false }) = self.lead.joining {
            let patience = self.patience();
            if self.lead.progress(node).is_none_or(|progress| passed(progress.heard_at, env.local_clock) > patience) {
                self.lead.joining = None;
                self.match_followers(env);
                self.let_writes_go_on(env, out);
            }
        }
        self.watch_joining(env, out);
        if self.config.replace_after > SimDuration::ZERO && self.lead.joining.is_none() && self.may_change_group() {
            self.watch_lost(env, out);
        }
    }

    /// A voter that is not heard for too long is replaced by a spare: that one joins, then the lost one loses its vote.
    fn watch_lost(&mut self, env: &Env<'_>, out: &mut Out) {
        let silent = |node: NodeId| self.lead.progress(node).map(|progress| passed(progress.heard_at, env.local_clock));
        let members = self.kept.members();
        let Some((lost, spare, since)) = self.lead.replacing else {
            let mut voters = members.voters.iter().copied();
            let lost = voters.find(|voter| silent(*voter).is_some_and(|silence| silence >= self.config.replace_after));
            return if let Some(lost) = lost {
                self.invite_spare(env, lost, out)
            };
        };
        if members.is_voter(spare) && members.is_voter(lost) && !self.is_in_reach(env, lost) {
            self.lead.replacing = None;
            Self::tell(out, "replaces", || format!("{spare} stands in the place of {lost}, which has no vote any more"));
            self.change_group(env, members.with_learner(lost), out);
        } else if members.is_voter(spare) || self.is_in_reach(env, lost) || passed(since, env.local_clock) > self.config.replace_after {
            self.lead.replacing = None;
        } else {
            out.send(spare, Message::Group(Matter::Invite));
        }
    }

    fn invite_spare(&mut self, env: &Env<'_>, lost: NodeId, out: &mut Out) {
        let members = self.kept.members();
        let is_free = |node: NodeId| !members.contains(node) && !self.down.contains(&node);
        let nodes = env.cluster.members.iter().filter(|member| !member.is_client).map(|member| member.node);
        let spares: Vec<NodeId> = nodes.filter(|node| is_free(*node)).collect();
        let Some(turn) = (self.lead.replacement_count as usize).checked_rem(spares.len()) else { return };
        let spare = spares[turn];
        self.lead.replacement_count += 1;
        self.lead.replacing = Some((lost, spare, env.local_clock));
        out.send(spare, Message::Group(Matter::Invite));
    }
}
