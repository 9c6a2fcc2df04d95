//! Retry keys: each is derived from the enqueued send, so that nothing depends on storing random numbers.

use hikyaku::RetryKey;
use uuid::Uuid;

/// The root of all keys that this crate derives.
const NAMESPACE: Uuid = Uuid::from_u128(0x1d9a_6a2e_40c5_4f8c_9d1b_7a4e_2f60_93b7);

/// The key of a delivery that its caller named. The same name always gives the same key, so that even a delivery whose
/// row was lost and enqueued again is not sent twice within LINE's 24 hours.
pub(crate) fn derive(channel: &str, idempotency_key: &str) -> Uuid {
    let channel = RetryKey::from(NAMESPACE).derive(channel.as_bytes());
    channel.derive(idempotency_key.as_bytes()).into()
}

/// The key of one chunk of a campaign.
pub(crate) fn chunk(campaign: Uuid, number: i64) -> Uuid {
    follow(campaign, &number.to_be_bytes())
}

/// The key that follows a key which may not be used any more.
pub(crate) fn next(key: Uuid) -> Uuid {
    follow(key, b"next")
}

/// The keys of the two halves of a rejected chunk.
pub(crate) fn halves(key: Uuid) -> [Uuid; 2] {
    [follow(key, b"first half"), follow(key, b"second half")]
}

fn follow(key: Uuid, name: &[u8]) -> Uuid {
    RetryKey::from(key).derive(name).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_by_channel_name_and_chunk_and_repeat() {
        let key = derive("a", "order-1");
        assert_eq!(key, derive("a", "order-1"));
        let others = [
            derive("b", "order-1"),
            derive("a", "order-2"),
            chunk(key, 0),
            chunk(key, 1),
            next(key),
            halves(key)[0],
            halves(key)[1],
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(*other, key);
            assert!(!others[..index].contains(other));
        }
    }

    #[test]
    fn a_newer_version_derives_the_same_keys() {
        // A change here would send twice what was enqueued twice, before and after an update. The literals are those
        // of `uuid.uuid5` in Python.
        let key = derive("default", "order-17");
        assert_eq!(key.to_string(), "a0d5d3bf-861d-5c91-a2f6-b0e308dd96b8");
        let [first, second] = halves(key);
        let derived = [chunk(key, 0), chunk(key, 1), next(key), first, second];
        let expected = [
            "e42488c1-fd39-5aea-b424-4400bb4425d2",
            "4a16afea-2701-53c5-8bf6-4b773bb07df0",
            "b2516b43-ffb9-5c3a-8427-9f2040f1c8e0",
            "60942664-9756-569b-8216-dd0a73deaec9",
            "2ecf5640-65d0-5b2b-ae61-13ce6656d0a2",
        ];
        assert_eq!(derived.map(|key| key.to_string()), expected);
    }
}
