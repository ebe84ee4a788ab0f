//! One engine for all strategies: an enum over them that is itself a strategy, so that the simulation is compiled once
//! and a page of many strategies stays small. The macro is called in `registry`, with the list of
//! `replication/strategies`.

/// Defines the list of strategies and the enum over them.
macro_rules! strategies {
    ($($(#[$built:meta])? $name:ident { $module:ident::$node:ident, id: $id:literal, title: $title:literal, summary: $summary:literal, })*) => {
        /// Every strategy, by id.
        pub static ALL: &[StrategyEntry] = &[$($(#[$built])? StrategyEntry { id: $id, title: $title, summary: $summary, settings: strategies::$module::SETTINGS }),*];

        /// A node of any strategy.
        #[derive(Clone, Debug)]
        #[allow(clippy::large_enum_variant, reason = "a few of them stand in one list and are not moved")]
        pub enum AnyNode {
            $($(#[$built])? #[doc = $title] $name(strategies::$module::$node),)*
        }

        /// A message of any strategy.
        #[derive(Clone, Debug)]
        pub enum AnyMessage {
            $($(#[$built])? #[doc = $title] $name(<strategies::$module::$node as Protocol>::Message),)*
        }

        /// An alarm clock of any strategy.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum AnyTimer {
            $($(#[$built])? #[doc = $title] $name(<strategies::$module::$node as Protocol>::Timer),)*
        }

        /// A durable step of any strategy.
        #[derive(Clone, Debug)]
        pub enum AnyRecord {
            $($(#[$built])? #[doc = $title] $name(<strategies::$module::$node as Protocol>::Record),)*
        }

        /// What a store holds, under any strategy.
        #[derive(Clone, Debug, Default)]
        pub enum AnyDurable {
            /// Nothing was ever stored.
            #[default]
            Nothing,
            $($(#[$built])? #[doc = $title] $name(<strategies::$module::$node as Protocol>::Durable),)*
        }

        /// What any strategy is set to.
        #[derive(Clone)]
        pub enum AnyConfig {
            $($(#[$built])? #[doc = $title] $name(<strategies::$module::$node as Protocol>::Config),)*
        }

        impl Describe for AnyMessage {
            fn kind(&self) -> MessageKind {
                match self {
                    $($(#[$built])? Self::$name(message) => message.kind(),)*
                }
            }

            fn label(&self) -> String {
                match self {
                    $($(#[$built])? Self::$name(message) => message.label(),)*
                }
            }

            fn digest(&self) -> u64 {
                match self {
                    $($(#[$built])? Self::$name(message) => message.digest(),)*
                }
            }
        }

        $($(#[$built])? impl From<Effect<strategies::$module::$node>> for Effect<AnyNode> {
            fn from(effect: Effect<strategies::$module::$node>) -> Self {
                match effect {
                    Effect::Send(to, message) => Self::Send(to, AnyMessage::$name(message)),
                    Effect::SetTimer(timer, delay) => Self::SetTimer(AnyTimer::$name(timer), delay),
                    Effect::CancelTimer(timer) => Self::CancelTimer(AnyTimer::$name(timer)),
                    Effect::Reply(request, reply) => Self::Reply(request, reply),
                    Effect::Persist(record) => Self::Persist(AnyRecord::$name(record)),
                    Effect::Note(note) => Self::Note(note),
                }
            }
        })*

        impl Protocol for AnyNode {
            type Message = AnyMessage;
            type Timer = AnyTimer;
            type Record = AnyRecord;
            type Durable = AnyDurable;
            type Config = AnyConfig;

            fn configure(plan: &Plan<'_>) -> Result<AnyConfig, Misfit> {
                match plan.strategy {
                    $($(#[$built])? $id => <strategies::$module::$node>::configure(plan).map(AnyConfig::$name),)*
                    other => Err(Misfit::new("strategy", format!("no strategy is called {other:?}"))),
                }
            }

            fn promises(config: &AnyConfig) -> Promises {
                match config {
                    $($(#[$built])? AnyConfig::$name(config) => <strategies::$module::$node>::promises(config),)*
                }
            }

            fn on_start(config: &AnyConfig, env: &mut Env<'_>, recovered: &AnyDurable, out: &mut Outbox<Self>) -> Self {
                match config {
                    $($(#[$built])? AnyConfig::$name(config) => {
                        let nothing = <strategies::$module::$node as Protocol>::Durable::default();
                        let recovered = if let AnyDurable::$name(durable) = recovered { durable } else { &nothing };
                        Self::$name(out.lift(|out| <strategies::$module::$node>::on_start(config, env, recovered, out)))
                    })*
                }
            }

            fn store(durable: &mut AnyDurable, record: &AnyRecord) {
                match record {
                    $($(#[$built])? AnyRecord::$name(record) => {
                        if matches!(durable, AnyDurable::Nothing) {
                            *durable = AnyDurable::$name(Default::default());
                        }
                        if let AnyDurable::$name(durable) = durable {
                            <strategies::$module::$node>::store(durable, record);
                        }
                    })*
                }
            }

            fn on_request(&mut self, env: &mut Env<'_>, request: RequestId, asked: Request, out: &mut Outbox<Self>) {
                match self {
                    $($(#[$built])? Self::$name(node) => out.lift(|out| node.on_request(env, request, asked, out)),)*
                }
            }

            fn on_message(&mut self, env: &mut Env<'_>, from: NodeId, message: AnyMessage, out: &mut Outbox<Self>) {
                match (self, message) {
                    $($(#[$built])? (Self::$name(node), AnyMessage::$name(message)) => {
                        out.lift(|out| node.on_message(env, from, message, out));
                    })*
                    #[allow(unreachable_patterns, reason = "a build may hold one strategy only")]
                    // All nodes of a run have one strategy.
                    _ => {}
                }
            }

            fn on_timer(&mut self, env: &mut Env<'_>, timer: AnyTimer, out: &mut Outbox<Self>) {
                match (self, timer) {
                    $($(#[$built])? (Self::$name(node), AnyTimer::$name(timer)) => {
                        out.lift(|out| node.on_timer(env, timer, out));
                    })*
                    #[allow(unreachable_patterns, reason = "a build may hold one strategy only")]
                    _ => {}
                }
            }

            fn on_connection(&mut self, env: &mut Env<'_>, peer: NodeId, connection: Connection, out: &mut Outbox<Self>) {
                match self {
                    $($(#[$built])? Self::$name(node) => out.lift(|out| node.on_connection(env, peer, connection, out)),)*
                }
            }

            fn on_order(&mut self, env: &mut Env<'_>, order: Order, out: &mut Outbox<Self>) {
                match self {
                    $($(#[$built])? Self::$name(node) => out.lift(|out| node.on_order(env, order, out)),)*
                }
            }

            fn view(&self) -> ReplicaView {
                match self {
                    $($(#[$built])? Self::$name(node) => node.view(),)*
                }
            }

            #[cfg(feature = "catalogue")]
            fn glance(&self) -> ReplicaView {
                match self {
                    $($(#[$built])? Self::$name(node) => node.glance(),)*
                }
            }

            fn digest(&self) -> u64 {
                match self {
                    $($(#[$built])? Self::$name(node) => node.digest(),)*
                }
            }
        }
    };
}

pub(super) use strategies;
