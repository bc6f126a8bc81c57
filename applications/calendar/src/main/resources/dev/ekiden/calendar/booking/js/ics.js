// A booking as an iCalendar file (RFC 5545), for the guest's own calendar.
const escape = (text) => text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");
const utc = (time) => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");

/** Lines have at most 75 octets; a longer one goes on after a space. */
function fold(line) {
  const encoder = new TextEncoder();
  const lines = [""];
  let size = 0;
  for (const letter of line) {
    const octets = encoder.encode(letter).length;
    if (size + octets > 75) {
      lines.push(" ");
      size = 1;
    }
    lines[lines.length - 1] += letter;
    size += octets;
  }
  return lines.join("\r\n");
}

/** Of a reservation as the API tells it; without its token, for calendars are shared. */
export function icsOf(reservation, price) {
  const { id, space, planName, start, end, state } = reservation;
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Ekiden//Calendar//EN",
    "METHOD:PUBLISH",
    "BEGIN:VEVENT",
    `UID:reservation-${id}@${location.hostname}`,
    `DTSTAMP:${utc(Date.now())}`,
    `DTSTART:${utc(start)}`,
    `DTEND:${utc(end)}`,
    `SUMMARY:${escape(`${space.name} (${space.venue.name})`)}`,
    `LOCATION:${escape(space.venue.name)}`,
    `DESCRIPTION:${escape(`${planName}\n${price}\n#${id}`)}`,
    `STATUS:${state === "CONFIRMED" ? "CONFIRMED" : "TENTATIVE"}`,
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map(fold).join("\r\n") + "\r\n";
}

/** Hands a text to the browser as a file. */
export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const anchor = Object.assign(document.createElement("a"), { href: address, download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
