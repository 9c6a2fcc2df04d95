use hikyaku_sim::Sim;

use super::check;

#[tokio::test]
async fn audiences() {
    let sim = Sim::start().await.unwrap();
    let id = sim.add_audience(&hikyaku_sim::Audience::default());
    let name = "x".repeat(121);
    let size = r#"{"message":"size over audienceGroupName","details":[{"message":"AUDIENCE_GROUP_NAME_SIZE_OVER"}]}"#;
    let none = r#"{"message":"audience group not found","details":[{"message":"AUDIENCE_GROUP_NOT_FOUND"}]}"#;
    let upload = "/v2/bot/audienceGroup/upload";
    let too_long = format!(r#"{{"description":"{name}"}}"#);
    check(
        &sim,
        &[
            ("POST", upload, &too_long, 400, size),
            (
                "PUT",
                upload,
                &format!(r#"{{"audienceGroupId":{id},"audiences":[{{"id":"me"}}]}}"#),
                400,
                r#"{"message":"Invalid audience id format","details":[{"message":"UPLOAD_AUDIENCE_GROUP_INVALID_AUDIENCE_ID_FORMAT","property":"audiences"}]}"#,
            ),
            (
                "PUT",
                &format!("/v2/bot/audienceGroup/{id}/updateDescription"),
                &too_long,
                400,
                size,
            ),
            ("DELETE", "/v2/bot/audienceGroup/4389303728991", "", 400, none),
            ("GET", "/v2/bot/audienceGroup/4389303728991", "", 400, none),
            (
                "GET",
                "/v2/bot/audienceGroup/list?page=1&size=41",
                "",
                400,
                r#"{"message":"size: must be less than or equal to 40","details":[{"message":"TOO_HIGH"}]}"#,
            ),
        ],
    )
    .await;
}
