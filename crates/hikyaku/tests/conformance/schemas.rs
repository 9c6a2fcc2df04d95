//! Which Rust type, or which call, each schema goes through: one table.

use hikyaku::{
    AggregationUnitNames, AggregationUnitUsage, BotInfo, LinkToken, Profile, UserIds,
    WebhookEndpoint, WebhookTest, audience, content, coupon, group, insight, liff, membership,
    message,
    model::{
        Action, Event, Message, action, audience as targeting, coupon as coupons, event, flex,
        imagemap, message as messages, rich_menu as menus, template,
    },
    module, rich_menu, token,
};

use crate::{
    answers, calls,
    instance::Required,
    way::{Back, typed, within},
};

/// How a schema is tested.
pub(crate) struct Entry {
    pub(crate) file: &'static str,
    pub(crate) schema: &'static str,
    /// The type or call.
    pub(crate) rust: &'static str,
    /// Sends an instance there and back.
    pub(crate) run: fn(&serde_json::Value) -> Result<Back, String>,
    /// Whether unknown properties are kept. A call whose arguments are typed has nowhere to keep them.
    pub(crate) keeps_unknown: bool,
}

macro_rules! table {
    ($($file:literal { $($schema:ident $how:tt $rust:tt $(($run:expr))?;)* })*) => {
        &[$($(entry!($file $schema $how $rust $(($run))?)),*),*]
    };
}

macro_rules! entry {
    // A type that is read and written.
    ($file:literal $schema:ident = [$($of:tt)*]) => {
        Entry {
            file: $file,
            schema: stringify!($schema),
            rust: stringify!($($of)*),
            run: typed::<$($of)*>,
            keeps_unknown: true,
        }
    };
    // A type that is read and written as a part of an event.
    ($file:literal $schema:ident @ $rust:literal ($run:expr)) => {
        Entry { file: $file, schema: stringify!($schema), rust: $rust, run: $run, keeps_unknown: true }
    };
    // A call that writes the body from its arguments, or reads an answer into what it returns.
    ($file:literal $schema:ident < $rust:literal ($run:expr)) => {
        Entry { file: $file, schema: stringify!($schema), rust: $rust, run: $run, keeps_unknown: false }
    };
}

pub(crate) const TABLE: &[Entry] = table! {
    "messaging-api" {
        GetWebhookEndpointResponse = [WebhookEndpoint];
        SetWebhookEndpointRequest < "Client::set_webhook_endpoint" (calls::set_webhook_endpoint);
        TestWebhookEndpointRequest < "Client::test_webhook_endpoint" (calls::test_webhook_endpoint);
        TestWebhookEndpointResponse = [WebhookTest];
        GetMessageContentTranscodingResponse = [content::Transcoding];
        ReplyMessageRequest < "Client::reply" (calls::reply);
        ReplyMessageResponse < "Client::reply" (answers::reply);
        SentMessage < "hikyaku::SentMessage" (answers::sent_message);
        PushMessageRequest < "Client::push" (calls::push);
        NotificationDisabled = [bool];
        PushMessageResponse < "Client::push" (answers::push);
        MulticastRequest < "Client::multicast" (calls::multicast);
        MulticastResponse < "Client::multicast" (answers::multicast);
        NarrowcastRequest < "Client::narrowcast" (calls::narrowcast);
        NarrowcastResponse < "Client::narrowcast" (answers::narrowcast);
        Recipient = [targeting::Recipient];
        OperatorRecipient = [targeting::Recipient];
        AudienceRecipient = [targeting::Recipient];
        RedeliveryRecipient = [targeting::Recipient];
        Filter = [targeting::Filter];
        DemographicFilter = [targeting::DemographicFilter];
        AgeDemographicFilter = [targeting::DemographicFilter];
        AgeDemographic = [targeting::Age];
        AppTypeDemographicFilter = [targeting::DemographicFilter];
        AppTypeDemographic = [targeting::AppType];
        AreaDemographicFilter = [targeting::DemographicFilter];
        AreaDemographic = [targeting::Area];
        GenderDemographicFilter = [targeting::DemographicFilter];
        GenderDemographic = [targeting::Gender];
        OperatorDemographicFilter = [targeting::DemographicFilter];
        SubscriptionPeriodDemographicFilter = [targeting::DemographicFilter];
        SubscriptionPeriodDemographic = [targeting::SubscriptionPeriod];
        Limit = [targeting::Limit];
        NarrowcastProgressResponse = [message::NarrowcastProgress];
        BroadcastRequest < "Client::broadcast" (calls::broadcast);
        BroadcastResponse < "Client::broadcast" (answers::broadcast);
        MessageQuotaResponse = [message::Quota];
        QuotaType = [message::QuotaKind];
        QuotaConsumptionResponse = [message::QuotaConsumption];
        NumberOfMessagesResponse = [message::SentCount];
        ValidateMessageRequest < "Client::validate" (calls::validate);
        GetAggregationUnitUsageResponse = [AggregationUnitUsage];
        GetAggregationUnitNameListResponse = [AggregationUnitNames];
        UserProfileResponse = [Profile];
        GetFollowersResponse = [UserIds];
        BotInfoResponse = [BotInfo];
        GroupUserProfileResponse = [group::MemberProfile];
        RoomUserProfileResponse = [group::MemberProfile];
        MembersIdsResponse = [group::MemberIds];
        GroupSummaryResponse = [group::GroupSummary];
        GroupMemberCountResponse = [group::MemberCount];
        RoomMemberCountResponse = [group::MemberCount];
        RichMenuRequest = [menus::RichMenu];
        RichMenuSize = [menus::RichMenuSize];
        RichMenuArea = [menus::RichMenuArea];
        RichMenuBounds = [menus::RichMenuBounds];
        RichMenuIdResponse = [rich_menu::RichMenuId];
        RichMenuResponse = [rich_menu::RichMenuDetail];
        RichMenuListResponse = [rich_menu::RichMenus];
        CreateRichMenuAliasRequest < "Client::create_rich_menu_alias" (calls::create_rich_menu_alias);
        RichMenuAliasResponse = [menus::RichMenuAlias];
        UpdateRichMenuAliasRequest < "Client::update_rich_menu_alias" (calls::update_rich_menu_alias);
        RichMenuAliasListResponse = [rich_menu::RichMenuAliases];
        RichMenuBulkLinkRequest < "Client::link_rich_menu_to_users" (calls::link_rich_menu_to_users);
        RichMenuBulkUnlinkRequest < "Client::unlink_rich_menu_from_users" (calls::unlink_rich_menu_from_users);
        RichMenuBatchRequest = [menus::RichMenuBatch];
        RichMenuBatchOperation = [menus::RichMenuBatchOperation];
        RichMenuBatchLinkOperation = [menus::RichMenuBatchOperation];
        RichMenuBatchUnlinkOperation = [menus::RichMenuBatchOperation];
        RichMenuBatchUnlinkAllOperation = [menus::RichMenuBatchOperation];
        RichMenuBatchProgressResponse = [rich_menu::RichMenuBatchProgress];
        RichMenuBatchProgressPhase = [rich_menu::RichMenuBatchPhase];
        IssueLinkTokenResponse = [LinkToken];
        MarkMessagesAsReadRequest < "Client::mark_as_read" (calls::mark_as_read);
        ChatReference < "Client::mark_as_read" (calls::chat_reference);
        PnpMessagesRequest < "Client::push_by_phone" (calls::push_by_phone);
        Message = [Message];
        QuickReply = [messages::QuickReply];
        QuickReplyItem = [messages::QuickReplyItem];
        Sender = [messages::Sender];
        TextMessage = [Message];
        Emoji = [messages::Emoji];
        TextMessageV2 = [Message];
        SubstitutionObject = [messages::Substitution];
        MentionSubstitutionObject = [messages::Substitution];
        MentionTarget = [messages::Mentionee];
        UserMentionTarget = [messages::Mentionee];
        AllMentionTarget = [messages::Mentionee];
        EmojiSubstitutionObject = [messages::Substitution];
        StickerMessage = [Message];
        ImageMessage = [Message];
        VideoMessage = [Message];
        AudioMessage = [Message];
        LocationMessage = [Message];
        ImagemapMessage = [Message];
        ImagemapBaseSize = [imagemap::ImagemapSize];
        ImagemapAction = [imagemap::ImagemapAction];
        MessageImagemapAction = [imagemap::ImagemapAction];
        URIImagemapAction = [imagemap::ImagemapAction];
        ClipboardImagemapAction = [imagemap::ImagemapAction];
        ImagemapArea = [imagemap::ImagemapArea];
        ImagemapVideo = [imagemap::ImagemapVideo];
        ImagemapExternalLink = [imagemap::ImagemapExternalLink];
        TemplateMessage = [Message];
        Template = [template::Template];
        ButtonsTemplate = [template::Template];
        TemplateImageAspectRatio = [template::TemplateImageAspectRatio];
        TemplateImageSize = [template::TemplateImageSize];
        ConfirmTemplate = [template::Template];
        CarouselTemplate = [template::Template];
        CarouselColumn = [template::CarouselColumn];
        ImageCarouselTemplate = [template::Template];
        ImageCarouselColumn = [template::ImageCarouselColumn];
        CouponMessage = [Message];
        FlexMessage = [Message];
        FlexContainer = [flex::Container];
        FlexBubble = [flex::Container];
        FlexCarousel = [flex::Container];
        FlexBubbleStyles = [flex::BubbleStyles];
        FlexBlockStyle = [flex::BlockStyle];
        FlexComponent = [flex::Component];
        FlexBox = [flex::Component];
        FlexBoxBorderWidth = [flex::BorderWidth];
        FlexBoxCornerRadius = [flex::Space];
        FlexBoxSpacing = [flex::Space];
        FlexMargin = [flex::Space];
        FlexBoxPadding = [flex::Space];
        FlexImageSize = [flex::Size];
        FlexIconSize = [flex::Size];
        FlexTextFontSize = [flex::Size];
        FlexSpanSize = [flex::Size];
        FlexOffset = [flex::Space];
        FlexButton = [flex::Component];
        FlexImage = [flex::Component];
        FlexVideo = [flex::Component];
        FlexIcon = [flex::Component];
        FlexText = [flex::Component];
        FlexSpan = [flex::Component];
        FlexSeparator = [flex::Component];
        FlexFiller = [flex::Component];
        FlexBoxBackground = [flex::Background];
        FlexBoxLinearGradient = [flex::Background];
        Action = [Action];
        CameraAction = [Action];
        CameraRollAction = [Action];
        ClipboardAction = [Action];
        DatetimePickerAction = [Action];
        LocationAction = [Action];
        MessageAction = [Action];
        PostbackAction = [Action];
        RichMenuSwitchAction = [Action];
        URIAction = [Action];
        AltUri = [action::AltUri];
        GetMembershipSubscriptionResponse = [membership::MembershipSubscriptions];
        MembershipListResponse = [membership::Memberships];
        GetJoinedMembershipUsersResponse = [UserIds];
        Subscription = [membership::Subscription];
        SubscribedMembershipPlan = [membership::SubscribedMembership];
        SubscribedMembershipUser = [membership::SubscribedUser];
        Membership = [membership::Membership];
        CouponCreateRequest = [coupons::CouponCreate];
        AcquisitionConditionRequest = [coupons::AcquisitionCondition];
        NormalAcquisitionConditionRequest = [coupons::AcquisitionCondition];
        LotteryAcquisitionConditionRequest = [coupons::AcquisitionCondition];
        CouponRewardRequest = [coupons::CouponReward];
        CouponCashBackRewardRequest = [coupons::CouponReward];
        CouponDiscountRewardRequest = [coupons::CouponReward];
        CouponFreeRewardRequest = [coupons::CouponReward];
        CouponGiftRewardRequest = [coupons::CouponReward];
        CouponOthersRewardRequest = [coupons::CouponReward];
        CashBackPriceInfoRequest = [coupons::PriceInfo];
        CashBackFixedPriceInfoRequest = [coupons::PriceInfo];
        CashBackPercentagePriceInfoRequest = [coupons::PriceInfo];
        DiscountPriceInfoRequest = [coupons::PriceInfo];
        DiscountFixedPriceInfoRequest = [coupons::PriceInfo];
        DiscountPercentagePriceInfoRequest = [coupons::PriceInfo];
        DiscountExplicitPriceInfoRequest = [coupons::PriceInfo];
        CouponCreateResponse = [coupon::CouponId];
        CouponResponse = [coupons::CouponDetail];
        AcquisitionConditionResponse = [coupons::AcquisitionCondition];
        NormalAcquisitionConditionResponse = [coupons::AcquisitionCondition];
        LotteryAcquisitionConditionResponse = [coupons::AcquisitionCondition];
        ReferralAcquisitionConditionResponse = [coupons::AcquisitionCondition];
        CouponRewardResponse = [coupons::CouponReward];
        CouponCashBackRewardResponse = [coupons::CouponReward];
        CouponDiscountRewardResponse = [coupons::CouponReward];
        CouponFreeRewardResponse = [coupons::CouponReward];
        CouponGiftRewardResponse = [coupons::CouponReward];
        CouponOthersRewardResponse = [coupons::CouponReward];
        CashBackPriceInfoResponse = [coupons::PriceInfo];
        CashBackFixedPriceInfoResponse = [coupons::PriceInfo];
        CashBackPercentagePriceInfoResponse = [coupons::PriceInfo];
        DiscountPriceInfoResponse = [coupons::PriceInfo];
        DiscountFixedPriceInfoResponse = [coupons::PriceInfo];
        DiscountPercentagePriceInfoResponse = [coupons::PriceInfo];
        DiscountExplicitPriceInfoResponse = [coupons::PriceInfo];
        MessagingApiPagerCouponListResponse = [coupon::Coupons];
        CouponListResponse = [coupon::CouponTitle];
        ShowLoadingAnimationRequest < "Client::start_loading" (calls::start_loading);
        ShowLoadingAnimationResponse < "Client::start_loading" (answers::start_loading);
        MarkMessagesAsReadByTokenRequest < "Client::mark_as_read_by_token" (calls::mark_as_read_by_token);
        ErrorResponse < "hikyaku::Error" (answers::error);
        ErrorDetail < "hikyaku::Detail" (answers::error_detail);
    }
    "manage-audience" {
        CreateAudienceGroupRequest < "Client::create_audience" (calls::create_audience);
        Audience < "Client::create_audience" (calls::audience);
        CreateAudienceGroupResponse = [audience::CreatedAudience];
        AudienceGroupType = [audience::AudienceType];
        AddAudienceToAudienceGroupRequest < "Client::add_to_audience" (calls::add_to_audience);
        CreateClickBasedAudienceGroupRequest < "Client::create_click_audience" (calls::create_click_audience);
        CreateClickBasedAudienceGroupResponse = [audience::CreatedAudience];
        CreateImpBasedAudienceGroupRequest < "Client::create_impression_audience" (calls::create_impression_audience);
        CreateImpBasedAudienceGroupResponse = [audience::CreatedAudience];
        UpdateAudienceGroupDescriptionRequest < "Client::rename_audience" (calls::rename_audience);
        GetAudienceDataResponse = [audience::AudienceData];
        GetSharedAudienceDataResponse = [audience::SharedAudienceData];
        AudienceGroup = [audience::AudienceGroup];
        AudienceGroupJob = [audience::AudienceJob];
        Adaccount = [audience::AdAccount];
        DetailedOwner = [audience::SharedAudienceOwner];
        AudienceGroupStatus = [audience::AudienceStatus];
        AudienceGroupFailedType = [audience::AudienceFailedType];
        AudienceGroupPermission = [audience::AudiencePermission];
        AudienceGroupCreateRoute = [audience::AudienceCreateRoute];
        AudienceGroupJobType = [audience::AudienceJobType];
        AudienceGroupJobStatus = [audience::AudienceJobStatus];
        AudienceGroupJobFailedType = [audience::AudienceFailedType];
        GetAudienceGroupsResponse = [audience::AudienceGroups];
        GetSharedAudienceGroupsResponse = [audience::AudienceGroups];
        ErrorResponse < "hikyaku::Error" (answers::error);
        ErrorDetail < "hikyaku::Detail" (answers::error_detail);
    }
    "insight" {
        GetFriendsDemographicsResponse = [insight::Demographics];
        GenderTile = [insight::GenderTile];
        AgeTile = [insight::AgeTile];
        AreaTile = [insight::AreaTile];
        AppTypeTile = [insight::AppTypeTile];
        SubscriptionPeriodTile = [insight::SubscriptionPeriodTile];
        GetNumberOfMessageDeliveriesResponse = [insight::MessageDeliveries];
        GetNumberOfFollowersResponse = [insight::FollowerCount];
        GetMessageEventResponse = [insight::Statistics];
        GetMessageEventResponseOverview = [insight::StatisticsOverview];
        GetMessageEventResponseMessage = [insight::MessageStatistics];
        GetMessageEventResponseClick = [insight::ClickStatistics];
        GetStatisticsPerUnitResponse = [insight::Statistics];
        GetStatisticsPerUnitResponseOverview = [insight::StatisticsOverview];
        GetStatisticsPerUnitResponseMessage = [insight::MessageStatistics];
        GetStatisticsPerUnitResponseClick = [insight::ClickStatistics];
        GetRichMenuInsightSummaryResponse = [insight::RichMenuSummary];
        GetRichMenuInsightSummaryResponseImpression = [insight::SummaryImpression];
        GetRichMenuInsightSummaryResponseClick = [insight::SummaryClick];
        GetRichMenuInsightSummaryResponseBounds = [menus::RichMenuBounds];
        GetRichMenuInsightSummaryResponseMetrics = [insight::SummaryMetrics];
        GetRichMenuInsightDailyResponse = [insight::RichMenuDaily];
        GetRichMenuInsightDailyResponseImpression = [insight::DailyImpression];
        GetRichMenuInsightDailyResponseClick = [insight::DailyClick];
        GetRichMenuInsightDailyResponseBounds = [menus::RichMenuBounds];
        GetRichMenuInsightDailyResponseDailyMetrics = [insight::DailyMetrics];
        ErrorResponse < "hikyaku::Error" (answers::error);
        ErrorDetail < "hikyaku::Detail" (answers::error_detail);
    }
    "channel-access-token" {
        IssueStatelessChannelTokenByJWTAssertionRequest < "Client::issue_stateless_token_by_jwt" (calls::issue_stateless_token_by_jwt);
        IssueStatelessChannelTokenByClientSecretRequest < "Client::issue_stateless_token" (calls::issue_stateless_token);
        IssueStatelessChannelAccessTokenResponse < "token::IssuedToken" (answers::issued_token);
        ChannelAccessTokenKeyIdsResponse = [token::KeyIds];
        IssueShortLivedChannelAccessTokenResponse < "token::IssuedToken" (answers::issued_token);
        IssueChannelAccessTokenResponse < "token::IssuedToken" (answers::issued_token);
        VerifyChannelAccessTokenResponse = [token::VerifiedToken];
        ErrorResponse < "hikyaku::Error" (answers::oauth_error);
    }
    "liff" {
        AddLiffAppRequest = [liff::NewLiffApp];
        LiffBotPrompt = [liff::LiffBotPrompt];
        LiffView = [liff::LiffView];
        UpdateLiffView = [liff::LiffViewUpdate];
        LiffFeatures = [liff::LiffFeatures];
        AddLiffAppResponse = [liff::LiffId];
        UpdateLiffAppRequest = [liff::LiffAppUpdate];
        LiffScope = [liff::LiffScope];
        GetAllLiffAppsResponse = [liff::LiffApps];
        LiffApp = [liff::LiffApp];
    }
    "module" {
        DetachModuleRequest < "Client::detach_module" (calls::detach_module);
        AcquireChatControlRequest < "Client::acquire_chat_control" (calls::acquire_chat_control);
        GetModulesResponse = [module::ModuleBots];
        ModuleBot = [module::ModuleBot];
    }
    "module-attach" {
        AttachModuleResponse = [module::AttachedModule];
    }
    "shop" {
        MissionStickerRequest < "Client::send_mission_sticker" (calls::send_mission_sticker);
        ErrorResponse < "hikyaku::Error" (answers::error);
    }
    "webhook" {
        CallbackRequest @ "hikyaku_model::Event, each of a body" (within::callback);
        Event = [Event];
        EventMode = [event::Mode];
        DeliveryContext = [event::DeliveryContext];
        Source = [event::Source];
        UserSource = [event::Source];
        GroupSource = [event::Source];
        RoomSource = [event::Source];
        MessageEvent = [Event];
        MessageContent = [event::MessageContent];
        ContentProvider @ "event::message::ContentProvider" (within::content_provider);
        TextMessageContent = [event::MessageContent];
        Emoji @ "event::message::Emoji" (within::emoji);
        Mention @ "event::message::Mention" (within::mention);
        Mentionee @ "event::message::Mentionee" (within::mentionee);
        UserMentionee @ "event::message::Mentionee" (within::mentionee);
        AllMentionee @ "event::message::Mentionee" (within::mentionee);
        ImageMessageContent = [event::MessageContent];
        ImageSet @ "event::message::ImageSet" (within::image_set);
        VideoMessageContent = [event::MessageContent];
        AudioMessageContent = [event::MessageContent];
        FileMessageContent = [event::MessageContent];
        LocationMessageContent = [event::MessageContent];
        StickerMessageContent = [event::MessageContent];
        UnsendEvent = [Event];
        UnsendDetail @ "event::UnsendDetail" (within::unsend);
        FollowEvent = [Event];
        FollowDetail @ "event::FollowDetail" (within::follow);
        UnfollowEvent = [Event];
        JoinEvent = [Event];
        LeaveEvent = [Event];
        MemberJoinedEvent = [Event];
        JoinedMembers @ "event::Members" (within::joined);
        MemberLeftEvent = [Event];
        LeftMembers @ "event::Members" (within::left);
        PostbackEvent = [Event];
        PostbackContent @ "event::PostbackContent" (within::postback);
        VideoPlayCompleteEvent = [Event];
        VideoPlayComplete @ "event::VideoPlayComplete" (within::video_play_complete);
        BeaconEvent = [Event];
        BeaconContent @ "event::BeaconContent" (within::beacon);
        AccountLinkEvent = [Event];
        LinkContent @ "event::LinkContent" (within::link);
        MembershipEvent = [Event];
        MembershipContent @ "event::MembershipContent" (within::membership);
        JoinedMembershipContent @ "event::MembershipContent" (within::membership);
        LeftMembershipContent @ "event::MembershipContent" (within::membership);
        RenewedMembershipContent @ "event::MembershipContent" (within::membership);
        ModuleEvent = [Event];
        ModuleContent @ "event::ModuleContent" (within::module);
        AttachedModuleContent @ "event::ModuleContent" (within::module);
        DetachedModuleContent @ "event::ModuleContent" (within::module);
        ActivatedEvent = [Event];
        ChatControl @ "event::ChatControl" (within::chat_control);
        DeactivatedEvent = [Event];
        BotSuspendedEvent = [Event];
        BotResumedEvent = [Event];
        PnpDeliveryCompletionEvent = [Event];
        PnpDelivery @ "event::PnpDelivery" (within::delivery);
    }
};

/// Properties that LINE's reference calls required, or that a value makes no sense without, though the files do not say
/// so. The pages: <https://developers.line.biz/en/reference/messaging-api/>,
/// <https://developers.line.biz/en/reference/liff-server/>, <https://developers.line.biz/en/reference/partner-docs/>.
pub(crate) fn required() -> Required {
    let audience: &[&str] = &["audienceGroupId", "type", "description"];
    let price: &[&str] = &["fixedAmount"];
    let percentage: &[&str] = &["percentage"];
    let explicit: &[&str] = &["originalPrice", "priceAfterDiscount"];
    let bounds: &[&str] = &["x", "y", "width", "height"];
    let menu: &[&str] = &["size", "selected", "name", "chatBarText", "areas"];
    Required::from([
        (("messaging-api", "AudienceRecipient"), &["audienceGroupId"][..]),
        (("messaging-api", "RedeliveryRecipient"), &["requestId"]),
        (("messaging-api", "AppTypeDemographicFilter"), &["oneOf"]),
        (("messaging-api", "AreaDemographicFilter"), &["oneOf"]),
        (("messaging-api", "GenderDemographicFilter"), &["oneOf"]),
        (("messaging-api", "RichMenuRequest"), menu),
        (("messaging-api", "RichMenuSize"), &["width", "height"]),
        (("messaging-api", "RichMenuArea"), &["bounds", "action"]),
        (("messaging-api", "RichMenuBounds"), bounds),
        (("messaging-api", "QuickReply"), &["items"]),
        (("messaging-api", "QuickReplyItem"), &["type", "action"]),
        (("messaging-api", "Emoji"), &["index", "productId", "emojiId"]),
        (("messaging-api", "ImagemapVideo"), &["originalContentUrl", "previewImageUrl", "area"]),
        (("messaging-api", "ImagemapExternalLink"), &["linkUri", "label"]),
        (("messaging-api", "FlexBoxLinearGradient"), &["angle", "startColor", "endColor"]),
        (("messaging-api", "DatetimePickerAction"), &["data", "mode"]),
        (("messaging-api", "MessageAction"), &["text"]),
        (("messaging-api", "PostbackAction"), &["data"]),
        (("messaging-api", "RichMenuSwitchAction"), &["richMenuAliasId", "data"]),
        (("messaging-api", "URIAction"), &["uri"]),
        (
            ("messaging-api", "LotteryAcquisitionConditionResponse"),
            &["lotteryProbability", "maxAcquireCount"],
        ),
        (("messaging-api", "CashBackFixedPriceInfoRequest"), price),
        (("messaging-api", "CashBackFixedPriceInfoResponse"), price),
        (("messaging-api", "DiscountFixedPriceInfoRequest"), price),
        (("messaging-api", "DiscountFixedPriceInfoResponse"), price),
        (("messaging-api", "CashBackPercentagePriceInfoRequest"), percentage),
        (("messaging-api", "CashBackPercentagePriceInfoResponse"), percentage),
        (("messaging-api", "DiscountPercentagePriceInfoRequest"), percentage),
        (("messaging-api", "DiscountPercentagePriceInfoResponse"), percentage),
        (("messaging-api", "DiscountExplicitPriceInfoRequest"), explicit),
        (("messaging-api", "DiscountExplicitPriceInfoResponse"), explicit),
        (("manage-audience", "Adaccount"), &["name"]),
        (("manage-audience", "Audience"), &["id"]),
        (
            ("manage-audience", "AudienceGroup"),
            &["audienceGroupId", "type", "description", "status"],
        ),
        (
            ("manage-audience", "AudienceGroupJob"),
            &["audienceGroupJobId", "audienceGroupId", "jobStatus"],
        ),
        (("manage-audience", "CreateAudienceGroupRequest"), &["description", "audiences"]),
        (("manage-audience", "CreateAudienceGroupResponse"), audience),
        (
            ("manage-audience", "CreateClickBasedAudienceGroupRequest"),
            &["description", "requestId"],
        ),
        (("manage-audience", "CreateClickBasedAudienceGroupResponse"), audience),
        (("manage-audience", "CreateImpBasedAudienceGroupRequest"), &["description", "requestId"]),
        (("manage-audience", "CreateImpBasedAudienceGroupResponse"), audience),
        (
            ("manage-audience", "AddAudienceToAudienceGroupRequest"),
            &["audienceGroupId", "audiences"],
        ),
        (("manage-audience", "UpdateAudienceGroupDescriptionRequest"), &["description"]),
        (("manage-audience", "GetAudienceDataResponse"), &["audienceGroup"]),
        (("manage-audience", "GetSharedAudienceDataResponse"), &["audienceGroup"]),
        (
            ("manage-audience", "GetAudienceGroupsResponse"),
            &["audienceGroups", "hasNextPage", "page"],
        ),
        (
            ("manage-audience", "GetSharedAudienceGroupsResponse"),
            &["audienceGroups", "hasNextPage", "page"],
        ),
        (("insight", "GetFriendsDemographicsResponse"), &["available"]),
        (("insight", "GenderTile"), &["gender", "percentage"]),
        (("insight", "AgeTile"), &["age", "percentage"]),
        (("insight", "AreaTile"), &["area", "percentage"]),
        (("insight", "AppTypeTile"), &["appType", "percentage"]),
        (("insight", "SubscriptionPeriodTile"), &["subscriptionPeriod", "percentage"]),
        (("insight", "GetNumberOfMessageDeliveriesResponse"), &["status"]),
        (("insight", "GetNumberOfFollowersResponse"), &["status"]),
        (("insight", "GetMessageEventResponse"), &["overview", "messages", "clicks"]),
        (("insight", "GetMessageEventResponseMessage"), &["seq"]),
        (("insight", "GetMessageEventResponseClick"), &["seq", "url"]),
        (("liff", "GetAllLiffAppsResponse"), &["apps"]),
        (("liff", "LiffApp"), &["liffId", "view"]),
        (("module", "DetachModuleRequest"), &["botId"]),
    ])
}
