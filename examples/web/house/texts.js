// The words of the operator's page, in the language that the buyers' page has too.

import { refusalText } from "../texts.js";

const number = (n) => n.toLocaleString(document.documentElement.lang);
const clock = (text) => new Date(text).toLocaleTimeString(document.documentElement.lang);
const when = (text) =>
    text === null ? "" : new Date(text).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

const ko = {
    title: "운영",
    skip: "본문으로 건너뛰기",
    key: { title: "운영자 키", label: "키", hint: "서버를 --admin-key-file 로 열었을 때의 키입니다. 이 탭에만 보관합니다.", enter: "들어가기", leave: "나가기", wrong: "키가 맞지 않거나, 이 서버에 운영자 경로가 없습니다." },
    figures: { waiting: "대기", admitted: "입장", held: "선점", sold: "판매", net: "매출", refused: "거절", of: (n) => `정원 ${number(n)}` },
    charts: { people: "사람", seats: "좌석", money: "매출", sentence: (now, minutes) => `최근 ${minutes}분. 지금 ${now}.` },
    live: (text) => `${clock(text)} 기준`,
    lost: "서버에 연결되지 않습니다. 마지막으로 본 값입니다.",
    room: { title: "대기열", capacity: "동시 입장 정원", rate: "초당 입장 (0: 자리가 나는 대로)", change: "변경", pause: "입장 중지", open: "입장 재개", paused: "입장이 중지되어 있습니다. 안에 있는 사람은 그대로입니다.", changed: "변경했습니다.", howMany: "몇 명까지 입장할지 정원을 입력한 뒤 다시 누르세요." },
    concerts: { title: "공연", none: "공연이 없습니다.", name: "공연", date: "날짜", left: "남은 좌석", held: "선점", sold: "판매", blocked: "판매 중지", net: "매출", state: "상태", open: "열기", states: { called_off: "취소됨", settling: "환불 중", paused: "일시 중지", before: "판매 전", after: "판매 종료", on: "판매 중" }, hidden: "숨김" },
    concert: { back: "공연 목록", categories: "등급별", category: "등급", type: "권종", sold: "판매", cancelled: "취소", gross: "총액", refunds: "환불", net: "순액", everybody: "모두", file: "CSV로 받기", fileFailed: "보고서를 받지 못했습니다.", nothing: "아직 판매가 없습니다." },
    sale: { title: "판매 조건", pause: "판매 일시 중지", resume: "판매 재개", opens: "판매 시작", closes: "판매 종료", perOrder: "주문당 좌석 (1–50)", perUser: "1인당 좌석 (0: 제한 없음)", hold: "선점 시간(초, 0: 서버 기본값)", change: "조건 변경", changed: (version) => `변경했습니다. 조건 ${version}판부터 새 선점에 적용됩니다.`, shown: "목록에 표시", hide: "목록에서 숨기기" },
    seats: { title: "좌석 판매 중지", label: "좌석 번호 (쉼표나 줄바꿈으로 구분)", block: "판매 중지", unblock: "판매 재개", done: (n) => `${number(n)}석을 바꿨습니다.` },
    off: { title: "공연 취소", text: "모든 구매자에게 전액을 돌려줍니다. 되돌릴 수 없습니다.", reason: "사유 (구매자에게 보입니다)", confirm: (title) => `확인을 위해 공연 이름 “${title}”을(를) 입력하세요`, go: "공연 취소하기", differs: "이름이 다릅니다.", done: "취소했습니다. 환불이 진행됩니다." },
    buyer: { title: "구매자 찾기", seat: "좌석", price: "가격", until: "기한", label: "사용자 ID", find: "찾기", balance: "잔액", none: "예약이 없습니다.", nobody: "없는 사용자입니다.", refund: "환불", amount: "금액", reason: "사유", cancel: "좌석도 취소", go: "환불하기", left: (n) => `최대 ${number(n)}`, done: "환불했습니다.", close: "닫기" },
    status: { Reserved: "선점", Confirmed: "구매", Released: "반납", Expired: "만료", Cancelled: "취소" },
    refusals: { title: "거절 (서버 시작 이후)", none: "없습니다." },
    care: { title: "점검", audit: "감사 실행", clean: "모두 맞습니다.", broken: (n) => `맞지 않는 것 ${number(n)}건`, backUp: "백업", backedUp: (file) => `${file} 에 백업했습니다.`, noBackups: "서버를 --backup-dir 로 열면 백업할 수 있습니다.", working: "하는 중…" },
    number,
    when,
    points: (n) => `${number(n)} P`,
    yes: "계속",
    no: "아니요",
    noAnswer: "응답이 없습니다. 되었는지 알 수 없으니 다시 확인하세요.",
};

const en = {
    title: "House",
    skip: "Skip to the content",
    key: { title: "The house's key", label: "Key", hint: "The one that the server was started with (--admin-key-file). It is kept for this tab alone.", enter: "Enter", leave: "Leave", wrong: "The key is wrong, or this server has no paths for operators." },
    figures: { waiting: "Waiting", admitted: "Inside", held: "Held", sold: "Sold", net: "Revenue", refused: "Refused", of: (n) => `of ${number(n)}` },
    charts: { people: "People", seats: "Seats", money: "Revenue", sentence: (now, minutes) => `The last ${minutes} minutes. Now ${now}.` },
    live: (text) => `as of ${clock(text)}`,
    lost: "The server cannot be reached. These are the last figures seen.",
    room: { title: "Waiting room", capacity: "Inside at once", rate: "Let in a second (0: as places free)", change: "Change", pause: "Let nobody in", open: "Let people in", paused: "Nobody is let in. Who is inside stays.", changed: "Changed.", howMany: "Say how many may be inside at once, and press again." },
    concerts: { title: "Concerts", none: "There are no concerts.", name: "Concert", date: "Date", left: "Left", held: "Held", sold: "Sold", blocked: "Off sale", net: "Revenue", state: "State", open: "Open", states: { called_off: "called off", settling: "giving back", paused: "paused", before: "not open yet", after: "closed", on: "on sale" }, hidden: "hidden" },
    concert: { back: "All concerts", categories: "By category", category: "Category", type: "Type", sold: "Sold", cancelled: "Cancelled", gross: "Gross", refunds: "Refunds", net: "Net", everybody: "everybody", file: "Report as CSV", fileFailed: "The report did not come.", nothing: "Nothing was sold yet." },
    sale: { title: "Terms of sale", pause: "Pause the sale", resume: "Go on selling", opens: "Opens", closes: "Closes", perOrder: "Seats an order (1–50)", perUser: "Seats a person (0: no limit)", hold: "Seconds a hold lasts (0: the server's)", change: "Change the terms", changed: (version) => `Changed. Version ${version} counts for holds made from now on.`, shown: "Show in lists", hide: "Hide from lists" },
    seats: { title: "Seats off sale", label: "Seat numbers (commas or lines between)", block: "Take off sale", unblock: "Put back on sale", done: (n) => `${number(n)} ${n === 1 ? "seat" : "seats"} changed.` },
    off: { title: "Call the concert off", text: "Everybody gets everything back. This cannot be undone.", reason: "Reason (buyers see it)", confirm: (title) => `To confirm, type the concert's name: ${title}`, go: "Call it off", differs: "That is another name.", done: "Called off. Points are going back." },
    buyer: { title: "Find a buyer", seat: "Seat", price: "Price", until: "Until", label: "User id", find: "Find", balance: "Balance", none: "No reservations.", nobody: "There is no such user.", refund: "Refund", amount: "Amount", reason: "Reason", cancel: "Take the seat back too", go: "Give back", left: (n) => `at most ${number(n)}`, done: "Given back.", close: "Close" },
    status: { Reserved: "held", Confirmed: "bought", Released: "given back", Expired: "ran out", Cancelled: "cancelled" },
    refusals: { title: "Refused (since the server started)", none: "Nothing." },
    care: { title: "Checks", audit: "Run the audit", clean: "All is as it must be.", broken: (n) => `${number(n)} ${n === 1 ? "thing does" : "things do"} not hold`, backUp: "Back up", backedUp: (file) => `Backed up to ${file}.`, noBackups: "Start the server with --backup-dir to back up from here.", working: "Working…" },
    number,
    when,
    points: (n) => `${number(n)} P`,
    yes: "Go on",
    no: "No",
    noAnswer: "No answer came. Whether it was done is unknown: look again.",
};

export const languages = { ko, en };
export const words = () => languages[document.documentElement.lang] ?? ko;

/** Why the server said no. */
export const refusal = (answer) => (answer.status === 0 ? words().noAnswer : refusalText(answer));
