use hikyaku::{
    ErrorKind,
    audience::{AudienceCreateRoute, AudienceFile, AudienceStatus, AudienceType},
};

use super::check;
use crate::{
    react,
    server::{Server, answer},
};

const MADE: &str = r#"{"audienceGroupId":4389303728991,"createRoute":"MESSAGING_API","type":"UPLOAD","description":"customers","created":1500351844,"permission":"READ_WRITE","expireTimestamp":1515903844,"isIfaAudience":false}"#;

#[tokio::test]
async fn an_audience_of_ids() {
    let made = check(
        MADE,
        async |client| {
            let audience = client.create_audience("customers", &["U1", "U2"]);
            audience.is_ifa_audience(false).upload_description("first").await
        },
        "POST /v2/bot/audienceGroup/upload\n\
         {\"description\":\"customers\",\"isIfaAudience\":false,\"uploadDescription\":\"first\",\
         \"audiences\":[{\"id\":\"U1\"},{\"id\":\"U2\"}]}",
    )
    .await;
    assert_eq!(
        (made.audience_group_id, &made.audience_type),
        (4_389_303_728_991, &AudienceType::Upload)
    );
    check(
        "{}",
        async |client| client.add_to_audience(4_389_303_728_991, &["U3".to_owned()]).await,
        "PUT /v2/bot/audienceGroup/upload\n\
         {\"audienceGroupId\":4389303728991,\"audiences\":[{\"id\":\"U3\"}]}",
    )
    .await;
}

#[tokio::test]
async fn an_audience_of_a_broadcasts_readers() {
    check(
        MADE,
        async |client| {
            let audience = client.create_click_audience("clickers", "REQUEST");
            audience.click_url("https://example.com/").await
        },
        "POST /v2/bot/audienceGroup/click\n\
         {\"description\":\"clickers\",\"requestId\":\"REQUEST\",\"clickUrl\":\"https://example.com/\"}",
    )
    .await;
    check(
        MADE,
        async |client| client.create_impression_audience("readers", "REQUEST").await,
        "POST /v2/bot/audienceGroup/imp\n{\"description\":\"readers\",\"requestId\":\"REQUEST\"}",
    )
    .await;
}

#[tokio::test]
async fn an_audience_is_renamed_read_and_deleted() {
    check(
        "{}",
        async |client| client.rename_audience(1, "better").await,
        "PUT /v2/bot/audienceGroup/1/updateDescription\n{\"description\":\"better\"}",
    )
    .await;
    let data = check(
        r#"{"audienceGroup":{"audienceGroupId":1,"type":"CLICK","description":"d","status":"NAPPING","failedType":null,"audienceCount":12},"jobs":[{"audienceGroupJobId":7,"audienceGroupId":1,"description":"u","type":"DIFF_ADD","jobStatus":"FINISHED","failedType":null,"audienceCount":0,"created":1500351844}],"adaccount":{"name":"ad"}}"#,
        async |client| client.audience(1).await,
        "GET /v2/bot/audienceGroup/1",
    )
    .await;
    assert_eq!(data.audience_group.status, AudienceStatus::Other("NAPPING".to_owned()));
    assert_eq!(data.jobs.as_ref().unwrap()[0].audience_group_job_id, 7);
    let shared = check(
        r#"{"audienceGroup":{"audienceGroupId":1,"type":"UPLOAD","description":"d","status":"READY"},"jobs":[],"owner":{"serviceType":"lap","id":"1","name":"n"}}"#,
        async |client| client.shared_audience(1).await,
        "GET /v2/bot/audienceGroup/shared/1",
    )
    .await;
    assert_eq!(shared.owner.as_ref().unwrap().service_type.as_deref(), Some("lap"));
    check(
        r#"{"audienceGroups":[],"hasNextPage":false,"page":1}"#,
        async |client| client.shared_audiences(false).await,
        "GET /v2/bot/audienceGroup/shared/list?includesOwnedAudienceGroups=false&page=1",
    )
    .await;
    check("{}", async |client| client.delete_audience(1).await, "DELETE /v2/bot/audienceGroup/1")
        .await;
}

#[tokio::test]
async fn lines_examples_of_audiences_have_no_unknown_field() {
    let uploaded = r#"{"audienceGroup":{"audienceGroupId":1234567890123,"createRoute":"OA_MANAGER","type":"UPLOAD","description":"audienceGroupName_01","status":"READY","audienceCount":1887,"created":1608617466,"permission":"READ","isIfaAudience":false,"expireTimestamp":1624342266},"jobs":[{"audienceGroupJobId":12345678,"audienceGroupId":1234567890123,"description":"audience_list.txt","type":"DIFF_ADD","status":"FINISHED","failedType":null,"audienceCount":0,"created":1608617472,"jobStatus":"FINISHED"}]}"#;
    let app = r#"{"audienceGroup":{"audienceGroupId":2345678909876,"createRoute":"AD_MANAGER","type":"APP_EVENT","description":"audienceGroupName_03","status":"READY","audienceCount":8619,"created":1608619802,"permission":"READ","activated":1610068515,"inactiveTimestamp":1625620516,"isIfaAudience":false},"jobs":[],"adaccount":{"name":"Ad Account Name"}}"#;
    for (body, expires, activated) in
        [(uploaded, Some(1_624_342_266), None), (app, None, Some(1_610_068_515))]
    {
        let data = react(answer(200, body), async |client| client.audience(1).await).await.unwrap();
        let group = &data.audience_group;
        assert_eq!((group.expire_timestamp, group.activated), (expires, activated));
        assert!(data.extra.is_empty() && group.extra.is_empty(), "{data:?}");
        assert!(data.jobs.iter().flatten().all(|job| job.extra.is_empty()), "{data:?}");
    }
    let shared = r#"{"audienceGroup":{"audienceGroupId":1234567890123,"createRoute":"BUSINESS_MANAGER","type":"WEBTRAFFIC","description":"Web traffic audience","status":"READY","audienceCount":0,"created":1668179144,"permission":"READ","isIfaAudience":true,"inactivatedTimestamp":1,"webtraffic":{"webtrafficIsMyTag":false,"webtrafficRetentionDays":30}},"jobs":[],"owner":{"serviceType":"bm","id":"0123456789ABCDEFGHIJKLMNOP","name":"LINE Developers"}}"#;
    let shared = react(answer(200, shared), async |client| client.shared_audience(1).await).await;
    let shared = shared.unwrap();
    let group = &shared.audience_group;
    assert!(shared.extra.is_empty() && group.extra.is_empty(), "{shared:?}");
    assert_eq!(group.create_route, Some(AudienceCreateRoute::BusinessManager));
    assert_eq!(group.inactivated_timestamp, Some(1));
    assert_eq!(group.webtraffic.as_ref().unwrap()["webtrafficRetentionDays"], 30);
    let list = r#"{"audienceGroups":[{"audienceGroupId":2345678901234,"createRoute":"YAHOO_DISPLAY_ADS","type":"APP_EVENT","description":"audienceGroupName_02","status":"READY","audienceCount":3368,"created":1608619802,"permission":"READ","activated":1610068515,"inactiveTimestamp":1625620516,"isIfaAudience":false}],"hasNextPage":false,"totalCount":1,"readWriteAudienceGroupTotalCount":0,"size":40,"page":1}"#;
    let list = react(answer(200, list), async |client| client.audiences(true).await).await.unwrap();
    assert!(list.extra.is_empty() && list.audience_groups[0].extra.is_empty(), "{list:?}");
    let route = list.audience_groups[0].create_route.as_ref();
    assert_eq!(route, Some(&AudienceCreateRoute::YahooDisplayAds));
}

/// The request line and the body, with a word for the boundary.
fn upload(server: &Server) -> (String, String) {
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    let content_type = request.header("content-type").unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = String::from_utf8(request.body.clone()).unwrap();
    let (line, _) = request.head.split_once(" HTTP/1.1").unwrap();
    (line.to_owned(), body.replace(boundary, "BOUNDARY"))
}

#[tokio::test]
async fn a_file_is_sent_as_a_part_with_its_length_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ids.txt");
    // More than one piece.
    let ids: Vec<_> = (0..5_000).map(|number| format!("U{number:032x}\n")).collect();
    let ids = ids.concat();
    std::fs::write(&path, &ids).unwrap();
    let server = Server::start([answer(202, MADE)]).await;
    let client = crate::client(&server);
    let audience = client.create_audience_from_file("customers", AudienceFile::path(&path));
    let made = audience.is_ifa_audience(false).upload_description("first").await.unwrap();
    assert_eq!(made.description, "customers");
    let (line, body) = upload(&server);
    assert_eq!(line, "POST /v2/bot/audienceGroup/upload/byFile");
    assert_eq!(
        body,
        format!(
            "--BOUNDARY\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\ncustomers\r\n\
             --BOUNDARY\r\nContent-Disposition: form-data; name=\"isIfaAudience\"\r\n\r\nfalse\r\n\
             --BOUNDARY\r\nContent-Disposition: form-data; name=\"uploadDescription\"\r\n\r\nfirst\r\n\
             --BOUNDARY\r\nContent-Disposition: form-data; name=\"file\"; filename=\"audience.txt\"\r\n\
             Content-Type: text/plain\r\n\r\n{ids}\r\n--BOUNDARY--\r\n"
        )
    );
    assert!(server.requests()[0].header("content-length").is_some());
}

#[tokio::test]
async fn ids_from_an_iterator_are_sent_as_they_come() {
    let server = Server::start([answer(202, "{}")]).await;
    let ids = (0..10_000).map(|number| format!("U{number:032x}"));
    crate::client(&server).add_file_to_audience(7, AudienceFile::ids(ids)).await.unwrap();
    let (line, body) = upload(&server);
    assert_eq!(line, "PUT /v2/bot/audienceGroup/upload/byFile");
    assert_eq!(server.requests()[0].header("transfer-encoding"), Some("chunked"));
    assert!(body.starts_with(
        "--BOUNDARY\r\nContent-Disposition: form-data; name=\"audienceGroupId\"\r\n\r\n7\r\n"
    ));
    assert_eq!(body.lines().filter(|line| line.starts_with('U')).count(), 10_000);
    assert!(body.ends_with("U0000000000000000000000000000270f\n\r\n--BOUNDARY--\r\n"));
}

#[tokio::test]
async fn what_cannot_be_a_line_stops_the_upload() {
    let error = react(answer(202, "{}"), async |client| {
        let file = AudienceFile::ids(["U1", "U2\nU3"]);
        client.add_file_to_audience(7, file).await.unwrap_err()
    })
    .await;
    assert!(error.to_string().contains("\"U2\\nU3\""), "{error}");
}

#[tokio::test]
async fn a_file_that_is_not_there_is_told_before_anything_is_sent() {
    let error = react(answer(202, "{}"), async |client| {
        let file = AudienceFile::path("/no/such/file");
        client.create_audience_from_file("customers", file).await.unwrap_err()
    })
    .await;
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("/no/such/file cannot be read"), "{error}");
}
