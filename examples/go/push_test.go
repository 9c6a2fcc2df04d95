package push

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
)

// sim calls the simulator's control API.
func sim(t *testing.T, method, path, body string, into any) {
	t.Helper()
	url := os.Getenv("HIKYAKU_API_URL") + "/_sim/v1" + path
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, path, response.Status)
	}
	if into != nil {
		if err := json.NewDecoder(response.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
}

// A push whose answer is lost, and that arrives once. Run it with: hikyaku sim exec --friends 1 -- go test ./...
func TestLostAnswer(t *testing.T) {
	var people struct {
		Users []struct {
			UserID string `json:"userId"`
		}
	}
	sim(t, "GET", "/users", "", &people)
	friend, key := people.Users[0].UserID, "123e4567-e89b-12d3-a456-426614174000"
	// LINE acts on the first request, and its answer does not arrive.
	sim(t, "POST", "/faults", `{"match":{"count":1},"do":{"drop":"after_accept"}}`, nil)
	if _, err := Push(friend, "hello", key); err == nil {
		t.Fatal("the first answer is lost")
	}
	if status, err := Push(friend, "hello", key); status != 409 {
		t.Fatal("LINE knows the retry key", status, err)
	}
	var outbox struct {
		Deliveries []struct {
			Messages []struct{ Text string }
		}
	}
	sim(t, "GET", "/outbox?to="+friend+"&wait=10s&count=1", "", &outbox)
	if len(outbox.Deliveries) != 1 || outbox.Deliveries[0].Messages[0].Text != "hello" {
		t.Fatal(outbox)
	}
}
