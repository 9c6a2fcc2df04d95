//! The campaign against the simulator: run twice, everybody has it once.

#[expect(dead_code, reason = "its `main` sends; the test does")]
#[path = "../campaign.rs"]
mod campaign;

use std::fs::{self, File};

use hikyaku::Client;
use hikyaku_sender::Outbox;
use hikyaku_sim::Sim;

#[tokio::test]
async fn everybody_in_the_list_is_written_to_once() {
    let sim = Sim::start().await.unwrap();
    let users = sim.add_friends(2);
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("people.csv");
    let lines = format!(
        "user_id,name,points\n{},\"Sato, A.\",3\nnobody,Bob,4\n{},Chan,5\n",
        users[0], users[1]
    );
    fs::write(&list, lines).unwrap();
    let outbox = Outbox::open(format!("sqlite:{}", folder.path().join("campaign.db").display()));
    let outbox = outbox.await.unwrap();
    let client = Client::builder(sim.channel_token().expose()).base_url(sim.api_url());
    let client = client.build().unwrap();
    for _ in 0..2 {
        let (_, fed) =
            campaign::start(&outbox, "spring", File::open(&list).unwrap()).await.unwrap();
        assert_eq!((fed.progress.total, fed.progress.bad_lines), (2, 1));
        let worker = outbox.worker().channel("default", client.clone()).until_idle();
        worker.run(std::future::pending()).await.unwrap();
    }
    assert_eq!(sim.delivered(), 2);
    let arrived = sim.wait_for(2).await.unwrap();
    let mut texts: Vec<_> = arrived.iter().map(|it| it.text().unwrap().to_owned()).collect();
    texts.sort();
    assert_eq!(texts, ["Hello Chan! You have 5 points.", "Hello Sato, A.! You have 3 points."]);
}
