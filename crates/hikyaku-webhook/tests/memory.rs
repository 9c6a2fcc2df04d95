//! How much memory a body can make a reader take. Alone in its binary: the allocator counts all threads.

#![expect(clippy::print_stdout, reason = "the figures are of interest when one fails")]

use hikyaku_webhook::Webhook;
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const LENGTH: usize = 128 * 1024;

/// What takes most memory for its length, as far as we could think of it: an opening, a piece to repeat, an end.
const BODIES: [(&str, &str, &str); 16] = [
    (r#"{"events":["#, "0,", "0]}"),
    (r#"{"events":["#, "{},", "{}]}"),
    (r#"{"events":["#, r#"{"type":"join"            },"#, "{}]}"),
    (r#"{"events":["#, r#"{"type":"unsend"          },"#, "{}]}"),
    (
        r#"{"events":["#,
        r#"{"type":"message","message":{"type":"file","id":"","fileName":"","fileSize":0}},"#,
        "{}]}",
    ),
    (r#"{"events":[{"type":"new","new":["#, "0,", "0]}]}"),
    (r#"{"events":[{"type":"new","new":["#, "[],", "[]]}]}"),
    (r#"{"events":[{"type":"new","new":["#, r#"{"":0},"#, "0]}]}"),
    (
        r#"{"events":[{"type":"join","joined":{"members":["#,
        r#"{"type":"user"},"#,
        r#"{"type":"user"}]}}]}"#,
    ),
    (
        r#"{"events":[{"type":"message","message":{"type":"sticker","id":"","keywords":["#,
        r#""","#,
        r#"""]}}]}"#,
    ),
    (
        r#"{"events":[{"type":"message","message":{"type":"text","id":"","text":""#,
        r"\n",
        r#""}}]}"#,
    ),
    (r#"{"events":["#, "[", ""),
    (r#"{"events":[{"type":"join","new":"#, "[", ""),
    (r#"{"new":"#, "[", ""),
    (r#"{"new":["#, "0,", "0]}"),
    (r#"{"events":[],"destination":""#, r"\u3042", r#""}"#),
];

/// The smallest object there is, for which `serde_json` makes a map of 11 places.
const WORST: &str = r#"{"":0},"#;

fn peak(read: impl FnOnce()) -> usize {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    read();
    ALLOCATOR.peak_usage() - before
}

#[test]
fn memory_is_at_most_128_times_the_body_and_mostly_far_less() {
    let many_names: Vec<_> = (0..10_000).map(|name| format!(r#""{name:x}":0,"#)).collect();
    let many_names = many_names.concat();
    let names = format!(r#"{{"events":[{{"type":"new",{many_names}"":0}}]}}"#);
    let bodies = BODIES
        .map(|(opening, piece, end)| {
            format!("{opening}{}{end}", piece.repeat(LENGTH / piece.len()))
        })
        .into_iter()
        .chain([names]);
    for body in bodies {
        let start: String = body.chars().take(60).collect();
        for (how, peak) in [
            ("borrow", peak(|| drop(Webhook::borrow(body.as_bytes())))),
            ("parse", peak(|| drop(Webhook::parse(body.as_bytes())))),
        ] {
            let times = peak / body.len();
            println!("{times:3} times: {how} {start}");
            assert!(
                times <= if body.contains(WORST) { 128 } else { 64 },
                "{how} of {start}…: {peak} bytes for {}",
                body.len()
            );
        }
    }
}
