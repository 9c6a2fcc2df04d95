// Package push sends a text to one person, with net/http alone.
package push

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
)

// Push asks LINE once, and gives the status. LINE acts on the first request with this key, and on no other.
func Push(to, text, key string) (int, error) {
	host := os.Getenv("HIKYAKU_API_URL")
	if host == "" {
		host = "https://api.line.me"
	}
	body, err := json.Marshal(map[string]any{
		"to":       to,
		"messages": []any{map[string]string{"type": "text", "text": text}},
	})
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequest("POST", host+"/v2/bot/message/push", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("LINE_CHANNEL_ACCESS_TOKEN"))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Line-Retry-Key", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}
