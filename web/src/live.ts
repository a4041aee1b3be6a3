import { useEffect, useState } from "react";
import type { Status } from "./status";

export type Connection = "connecting" | "live" | "lost";

// The state, pushed by the server. The browser opens the stream again by itself after a network failure; when the
// server refuses (another status than 200), the page does so after a while.
export function useStatus(): { status: Status | null; connection: Connection } {
  const [status, setStatus] = useState<Status | null>(null);
  const [connection, setConnection] = useState<Connection>("connecting");

  useEffect(() => {
    let source: EventSource | undefined;
    let timer: number | undefined;
    const open = () => {
      source = new EventSource("/api/v1/events");
      source.addEventListener("open", () => {
        setConnection("live");
      });
      source.addEventListener("status", (event: MessageEvent<string>) => {
        setConnection("live");
        setStatus(JSON.parse(event.data) as Status);
      });
      source.addEventListener("error", () => {
        setConnection("lost");
        if (source?.readyState === EventSource.CLOSED) timer = window.setTimeout(open, 5000);
      });
    };
    open();
    return () => {
      window.clearTimeout(timer);
      source?.close();
    };
  }, []);

  return { status, connection };
}
