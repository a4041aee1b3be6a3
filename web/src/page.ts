import { useEffect, useState } from "react";

// Pages are told apart by what stands behind '#', up to a '?': the portal serves one document.
export function useHashPage(): string {
  const read = () => window.location.hash.slice(1).split("?")[0] ?? "";
  const [page, setPage] = useState(read);
  useEffect(() => {
    const changed = () => {
      setPage(read());
    };
    window.addEventListener("hashchange", changed);
    return () => {
      window.removeEventListener("hashchange", changed);
    };
  }, []);
  return page;
}
