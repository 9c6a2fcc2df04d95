import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.UUID;
import java.util.regex.Pattern;

/** A push whose answer is lost, and that arrives once. Run it with: hikyaku sim exec --friends 1 -- java PushTest.java */
public class PushTest {
    static final String API = System.getenv().getOrDefault("HIKYAKU_API_URL", "https://api.line.me");
    static final String TOKEN = System.getenv("LINE_CHANNEL_ACCESS_TOKEN");
    static final HttpClient HTTP = HttpClient.newHttpClient();

    /** What the program does in production, too. */
    static HttpResponse<String> push(String to, String text, UUID key) throws Exception {
        String body = "{\"to\":\"%s\",\"messages\":[{\"type\":\"text\",\"text\":\"%s\"}]}".formatted(to, text);
        HttpRequest request = HttpRequest.newBuilder(URI.create(API + "/v2/bot/message/push"))
            .header("Authorization", "Bearer " + TOKEN)
            .header("Content-Type", "application/json")
            .header("X-Line-Retry-Key", key.toString())
            .POST(BodyPublishers.ofString(body))
            .build();
        return HTTP.send(request, BodyHandlers.ofString());
    }

    /** A call of the simulator's control API. */
    static String sim(String method, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(API + "/_sim/v1" + path))
            .method(method, BodyPublishers.ofString(body))
            .build();
        HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
        check(response.statusCode() < 300, response.body());
        return response.body();
    }

    static void check(boolean holds, String why) {
        if (!holds) throw new AssertionError(why);
    }

    public static void main(String[] arguments) throws Exception {
        var id = Pattern.compile("U[0-9a-f]{32}").matcher(sim("GET", "/users", ""));
        check(id.find(), "there is no friend");
        String friend = id.group();
        // LINE acts on the first request, and its answer does not arrive.
        sim("POST", "/faults", "{\"match\":{\"count\":1},\"do\":{\"status\":500,\"after_accept\":true}}");
        UUID key = UUID.randomUUID();
        check(push(friend, "hello", key).statusCode() == 500, "the first answer is lost");
        check(push(friend, "hello", key).statusCode() == 409, "LINE knows the retry key");
        String outbox = sim("GET", "/outbox?to=" + friend + "&wait=10s&count=1", "");
        check(outbox.split("\"text\":\"hello\"", -1).length == 2, outbox);
        System.out.println("ok");
    }
}
