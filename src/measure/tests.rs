//! Against published figures, closed forms, and itself.

use super::driver::Single;
use super::*;

fn config(fields: &str) -> Config {
    Config::from_json(&format!("{{{fields}}}")).expect("a sound configuration")
}

fn measured(fields: &str, samples: u64) -> Report {
    run(&config(fields), samples, 7, |_| true)
}

const LINKEDIN_DISK: &str = r#"
    "write":{"mixture":[{"weight":0.38,"pareto":{"xm_ms":1.05,"alpha":1.51}},{"weight":0.62,"exponential":{"rate_per_ms":0.183}}]},
    "ack":{"mixture":[{"weight":0.9122,"pareto":{"xm_ms":0.235,"alpha":10}},{"weight":0.0878,"exponential":{"rate_per_ms":1.66}}]},
    "read":{"mixture":[{"weight":0.9122,"pareto":{"xm_ms":0.235,"alpha":10}},{"weight":0.0878,"exponential":{"rate_per_ms":1.66}}]},
    "response":{"mixture":[{"weight":0.9122,"pareto":{"xm_ms":0.235,"alpha":10}},{"weight":0.0878,"exponential":{"rate_per_ms":1.66}}]}"#;

/// Bailis et al., VLDB 2012: LinkedIn with disks, N = 3, R = W = 1.
#[test]
fn the_published_figures_of_linkedin_disk_are_met() {
    let report = measured(&format!(r#""n":3,"r":1,"w":1,"consistent_at_ms":[1,10],{LINKEDIN_DISK}"#), 300_000);
    println!("{}", report.to_json());
    let near = |measured: f64, published: f64| assert!((measured / published - 1.0).abs() < 0.03, "{measured}, published {published}");
    near(report.read_ms.p99_9, 0.66);
    near(report.write_ms.p99_9, 10.99);
    let points: Vec<f64> = report.consistent_at.iter().map(|point| point.p).collect();
    assert!((points[0] - 0.439).abs() < 0.005 && (points[2] - 0.925).abs() < 0.005, "{points:?}");
}

/// The k-th of n exponentials with mean m takes m (H_n - H_{n-k}) on average.
#[test]
fn quorums_of_exponentials_take_their_order_statistics() {
    for (quorum, exact) in [(1, 1.0 / 3.0), (2, 5.0 / 6.0), (3, 11.0 / 6.0)] {
        let legs = r#""write":{"exponential":{"rate_per_ms":1}},"ack":{"constant_ms":0},"read":{"constant_ms":0},"response":{"exponential":{"rate_per_ms":1}}"#;
        let report = measured(&format!(r#""n":3,"r":{quorum},"w":{quorum},{legs}"#), 200_000);
        for mean in [report.read_ms.mean, report.write_ms.mean] {
            assert!((mean / exact - 1.0).abs() < 0.01, "{quorum}: {mean}, exact {exact}");
        }
    }
}

fn choose(n: u64, k: u64) -> f64 {
    (0..k).fold(1.0, |product, i| product * (n.saturating_sub(i)) as f64 / (i + 1) as f64)
}

/// Fixed random quorums miss the last k writes with probability (C(N-W, R) / C(N, R))^k.
#[test]
fn random_quorums_miss_the_last_writes_as_often_as_the_closed_form_says() {
    for (n, r, w) in [(3, 1, 1), (3, 1, 2), (5, 2, 2), (4, 1, 1), (3, 2, 2)] {
        let legs = r#""read_fan_out":"quorum","write_fan_out":"quorum","write":{"uniform_ms":[1,2]},"ack":{"constant_ms":1},"read":{"exponential":{"rate_per_ms":1}},"response":{"constant_ms":1}"#;
        let report = measured(&format!(r#""n":{n},"r":{r},"w":{w},{legs}"#), 100_000);
        let miss = choose(n - w, r) / choose(n, r);
        for within in report.within_k_versions {
            let exact = 1.0 - libm::pow(miss, within.k as f64);
            assert!((within.p - exact).abs() < 0.006, "n {n} r {r} w {w}: {within:?}, exact {exact}");
        }
        let at_once = report.consistent_at[0].p;
        assert!((at_once - (1.0 - miss)).abs() < 0.006, "n {n} r {r} w {w}: {at_once} at once, exact {}", 1.0 - miss);
    }
}

/// What is computed from the replicas that the coordinator heard is what it answers when the read really starts then.
#[test]
fn reads_that_really_start_later_agree_with_what_is_computed_for_them() {
    let extra = r#""remote_extra_ms":2"#;
    for fields in [r#""n":3,"r":1,"w":1"#, r#""n":5,"r":2,"w":1,"read_fan_out":"quorum""#, r#""n":3,"r":1,"w":2,"write_fan_out":"quorum""#]
    {
        let config = config(&format!("{fields},{extra},{LINKEDIN_DISK}"));
        let (mut at_once, mut consistent_count) = (Single::new(&config, 3), 0);
        let mut later: Vec<(f64, Single<'_>)> = [0.3, 2.0, 20.0].map(|delay| (delay, Single::new(&config, 3))).into();
        for number in 0..20_000 {
            let first = at_once.sample(0.0);
            assert_eq!(first.is_consistent, first.visible_after_ms <= 0.0, "{fields}, sample {number}");
            for (delay, single) in &mut later {
                let real = single.sample(*delay);
                assert_eq!(real.is_consistent, first.visible_after_ms <= *delay, "{fields}, sample {number} after {delay}");
                consistent_count += u64::from(real.is_consistent);
            }
        }
        assert!((1_000..59_000).contains(&consistent_count), "{consistent_count}: too easy");
    }
}

#[test]
fn overlapping_quorums_are_always_consistent_and_the_same_seed_measures_the_same() {
    let fields = format!(r#""n":3,"r":2,"w":2,{LINKEDIN_DISK}"#);
    let report = measured(&fields, 30_000);
    assert!(report.consistent_at[0].p == 1.0 && report.within_k_versions[0].p == 1.0, "{report:?}");
    assert_eq!(report.t_visibility_ms.p99_9, Some(0.0));
    assert_eq!(report.to_json(), measured(&fields, 30_000).to_json());
    let never = measured(&format!(r#""n":3,"r":1,"w":1,"read_fan_out":"quorum","write_fan_out":"quorum",{LINKEDIN_DISK}"#), 10_000);
    assert_eq!(never.t_visibility_ms.p90, None, "two thirds of the reads ask a replica that is never told");
}

/// Everything local: a client's request takes what the legs take; everything else that and the way there and back.
#[test]
fn a_remote_replica_costs_its_extra_on_both_legs() {
    let legs =
        r#""write":{"constant_ms":1},"ack":{"constant_ms":1},"read":{"constant_ms":1},"response":{"constant_ms":1},"remote_extra_ms":10"#;
    let at = |quorum: u16| {
        let report = measured(&format!(r#""n":3,"r":{quorum},"w":{quorum},{legs}"#), 2_000);
        [report.read_ms.p50, report.read_ms.p99, report.write_ms.p50, report.write_ms.p99].map(|ms| (ms * 1e6).round() / 1e6)
    };
    assert_eq!((at(1), at(2)), ([2.0; 4], [22.0; 4]));
    // A third of the reads is local to the replica that has it; the others find it after 10 ms.
    let report = measured(&format!(r#""n":3,"r":1,"w":1,"consistent_at_ms":[9,10],{legs}"#), 100_000);
    let points: Vec<f64> = report.consistent_at.iter().map(|point| point.p).collect();
    assert!((points[0] - 1.0 / 3.0).abs() < 0.01 && points[2] == 1.0, "{points:?}");
}

#[test]
fn an_early_end_reports_what_was_done() {
    let mut told = Vec::new();
    let report = run(&config(&format!(r#""n":3,"r":1,"w":1,{LINKEDIN_DISK}"#)), 50_000, 1, |done| {
        told.push(done);
        done < 20_000
    });
    assert_eq!((told, report.samples), (vec![10_000, 20_000], 20_000));
}

#[test]
fn bad_configurations_are_refused_by_field() {
    let leg = r#"{"constant_ms":1}"#;
    let with = |fields: &str, write: &str| {
        let text = format!(r#"{{{fields},"write":{write},"ack":{leg},"read":{leg},"response":{leg}}}"#);
        Config::from_json(&text).map_err(|error| error.field)
    };
    let cases = [
        (r#""n":0,"r":1,"w":1"#, leg, "n"),
        (r#""n":64,"r":1,"w":1"#, leg, "n"),
        (r#""n":3.5,"r":1,"w":1"#, leg, "n"),
        (r#""n":3,"r":4,"w":1"#, leg, "r"),
        (r#""n":3,"r":1,"w":0"#, leg, "w"),
        (r#""n":3,"r":1"#, leg, "w"),
        (r#""n":3,"r":1,"w":1,"q":1"#, leg, "q"),
        (r#""n":3,"r":1,"w":1,"read_fan_out":"some""#, leg, "read_fan_out"),
        (r#""n":3,"r":1,"w":1,"write_fan_out":3"#, leg, "write_fan_out"),
        (r#""n":3,"r":1,"w":1,"remote_extra_ms":-1"#, leg, "remote_extra_ms"),
        (r#""n":3,"r":1,"w":1,"consistent_at_ms":[0,-1]"#, leg, "consistent_at_ms[1]"),
        (r#""n":3,"r":1,"w":1,"consistent_at_ms":5"#, leg, "consistent_at_ms"),
        (r#""n":3,"r":1,"w":1"#, "3", "write"),
        (r#""n":3,"r":1,"w":1"#, "{}", "write"),
        (r#""n":3,"r":1,"w":1"#, r#"{"constant_ms":-1}"#, "write.constant_ms"),
        (r#""n":3,"r":1,"w":1"#, r#"{"constant_ms":1e99}"#, "write.constant_ms"),
        (r#""n":3,"r":1,"w":1"#, r#"{"normal":1}"#, "write.normal"),
        (r#""n":3,"r":1,"w":1"#, r#"{"constant_ms":1,"uniform_ms":[1,2]}"#, "write"),
        (r#""n":3,"r":1,"w":1"#, r#"{"uniform_ms":[2,1]}"#, "write.uniform_ms"),
        (r#""n":3,"r":1,"w":1"#, r#"{"uniform_ms":[2]}"#, "write.uniform_ms"),
        (r#""n":3,"r":1,"w":1"#, r#"{"exponential":{"rate_per_ms":0}}"#, "write.exponential.rate_per_ms"),
        (r#""n":3,"r":1,"w":1"#, r#"{"pareto":{"xm_ms":1}}"#, "write.pareto.alpha"),
        (r#""n":3,"r":1,"w":1"#, r#"{"pareto":{"xm_ms":1,"alpha":"2"}}"#, "write.pareto.alpha"),
        (r#""n":3,"r":1,"w":1"#, r#"{"mixture":[]}"#, "write.mixture"),
        (r#""n":3,"r":1,"w":1"#, r#"{"mixture":[{"weight":0.998,"constant_ms":1}]}"#, "write.mixture"),
        (r#""n":3,"r":1,"w":1"#, r#"{"mixture":[{"weight":1,"constant_ms":1,"x":2}]}"#, "write.mixture[0].x"),
        (r#""n":3,"r":1,"w":1"#, r#"{"mixture":[{"constant_ms":1}]}"#, "write.mixture[0].weight"),
        (r#""n":3,"r":1,"w":1"#, r#"{"mixture":[{"weight":1,"constant_ms":1}],"constant_ms":1}"#, "write.constant_ms"),
    ];
    for (fields, write, field) in cases {
        assert_eq!(with(fields, write).err().as_deref(), Some(field), "{fields} {write}");
    }
    assert_eq!(Config::from_json("{").err().map(|error| error.field).as_deref(), Some("config"));
    assert_eq!(Config::from_json("[]").err().map(|error| error.field).as_deref(), Some("config"));
    let sound = with(r#""n":3,"r":1,"w":1,"consistent_at_ms":[5,1,5]"#, r#"{"mixture":[{"weight":0.9995,"constant_ms":1}]}"#);
    assert_eq!(sound.expect("within the tolerance").consistent_at_ms, [0.0, 1.0, 5.0]);
}
