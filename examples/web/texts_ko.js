// 한국어. Every text of the page; functions where a value goes in. texts_en.js has the same names.

const seatName = ({ section, row, label }) => [section, row && `${row}열`, `${label}번`].filter(Boolean).join(" ");

const ahead = (count) => `${count.toLocaleString("ko")}명`;

export const ko = {
    title: "공연 예매",
    skip: "본문으로 건너뛰기",
    otherLanguage: "English",
    otherLanguageLabel: "Switch to English",
    stages: ["대기", "좌석", "결제", "티켓"],
    stagesLabel: "예매 단계",
    loading: "불러오는 중입니다…",
    resuming: "하던 일을 이어서 확인하고 있습니다…",
    retryNow: "지금 다시 시도",
    cancel: "취소",
    points: (n) => `${n.toLocaleString("ko")}포인트`,
    inWords: (seconds) =>
        seconds < 60
            ? `${seconds}초`
            : seconds % 60 === 0
              ? `${seconds / 60}분`
              : `${Math.floor(seconds / 60)}분 ${seconds % 60}초`,
    trouble: {
        network: "연결이 끊겼습니다. 다시 연결하고 있습니다…",
        busy: "이용자가 많아 서버가 혼잡합니다. 잠시 후 자동으로 다시 시도합니다…",
        server: "서버에 문제가 생겼습니다. 다시 시도하고 있습니다…",
    },
    working: {
        join: "줄에 서는 중입니다…",
        hold: "좌석을 잡는 중입니다…",
        recharge: "충전하는 중입니다…",
        pay: "결제하는 중입니다…",
        release: "좌석을 놓는 중입니다…",
    },
    unsure: {
        hold: "좌석이 잡혔는지 확인하고 있습니다. 같은 요청을 다시 보내므로 두 번 잡히지 않습니다.",
        recharge: "충전되었는지 확인하고 있습니다. 같은 요청을 다시 보내므로 두 번 충전되지 않습니다.",
        pay: "결제되었는지 확인하고 있습니다. 같은 요청을 다시 보내므로 두 번 결제되지 않습니다.",
    },

    user: {
        heading: "예매를 시작합니다",
        lead: "먼저 줄을 서고, 차례가 오면 좌석을 고릅니다.",
        label: "사용자 ID",
        hint: "이 데모에는 user-1부터 user-100까지 있습니다. 실제 서비스라면 여기서 로그인합니다.",
        start: "줄 서기",
        needed: "사용자 ID를 입력해 주세요.",
        full: "대기열이 가득 찼습니다.",
        fullRetry: (seconds) => `${seconds}초 뒤에 자동으로 다시 시도합니다.`,
        stop: "그만두기",
        points: [
            ["줄은 선 순서대로", "새로 고침하거나 다른 기기에서 열어도 순서는 그대로입니다."],
            ["고른 좌석은 잠시 내 것", "시간 안에 결제하면 확정되고, 지나면 다시 풀립니다."],
            ["포인트로 결제", "미리 충전한 포인트에서 한 번만 빠져나갑니다."],
        ],
    },
    who: (user) => `${user} 님`,
    quit: { line: "줄에서 나가기", turn: "예매 그만두기", done: "다른 사용자로" },
    quitQuestion: {
        line: ["줄에서 나갈까요?", "지금 순서를 잃고, 다시 서면 맨 뒤가 됩니다."],
        turn: ["예매를 그만둘까요?", "차례를 내놓고, 잡아 둔 좌석이 있으면 함께 풀립니다."],
        yes: "나가기",
        no: "계속하기",
    },
    turnLeft: "남은 시간",

    line: {
        heading: "차례를 기다리고 있습니다",
        ahead: "내 앞에",
        aheadCount: ahead,
        nextUp: "다음이 내 차례입니다",
        position: "대기 번호",
        wait: "예상 대기 시간",
        waitUnknown: "아직 알 수 없음",
        waitAbout: (seconds) =>
            seconds < 60
                ? "1분 안"
                : seconds < 3_600
                  ? `약 ${Math.round(seconds / 60)}분`
                  : `약 ${Math.floor(seconds / 3_600)}시간 ${Math.round((seconds % 3_600) / 60)}분`,
        progress: "줄이 줄어든 정도",
        progressText: (percent, count) => `${percent}퍼센트, 앞에 ${ahead(count)}`,
        keep: "이 화면을 열어 두면 차례가 왔을 때 자동으로 넘어갑니다. 차례가 온 뒤 오래 비우면 다음 분께 넘어갑니다.",
        spoken: (count) => `앞에 ${ahead(count)} 남았습니다.`,
        titleAhead: (count) => `${ahead(count)} 남음`,
        turn: "차례가 되었습니다. 이제 예매할 수 있습니다.",
        titleTurn: "내 차례입니다!",
    },

    dates: {
        heading: "언제 보러 오시겠어요?",
        none: "지금은 예매할 수 있는 날짜가 없습니다. 좌석이 풀리면 바로 나타납니다.",
        day: (date) => date.toLocaleDateString("ko", { month: "long", day: "numeric", timeZone: "UTC" }),
        weekday: (date) => date.toLocaleDateString("ko", { weekday: "long", timeZone: "UTC" }),
        short: (date) =>
            date.toLocaleDateString("ko", { month: "long", day: "numeric", weekday: "short", timeZone: "UTC" }),
        full: (date) =>
            date.toLocaleDateString("ko", {
                year: "numeric",
                month: "long",
                day: "numeric",
                weekday: "long",
                timeZone: "UTC",
            }),
        several: "이날은 공연이 여럿입니다",
        other: "다른 날짜",
    },

    seats: {
        heading: "좌석을 골라 주세요",
        mapLabel: "좌석 배치도",
        mapHint:
            "방향키로 옆 좌석으로 옮기고, Enter나 스페이스로 좌석을 잡습니다. 더하기와 빼기로 확대하고 축소합니다.",
        stage: "무대",
        name: seatName,
        seatLabel: ({ seat, price, state }) => [seat, price, state].filter(Boolean).join(", "),
        states: {
            available: "선택 가능",
            held: "다른 분이 결제 중",
            sold: "판매됨",
            blocked: "판매하지 않음",
            mine: "내 좌석",
        },
        legend: "좌석 표시",
        sections: "구역과 가격",
        wholeHall: "전체",
        sectionFree: (count) => `${count.toLocaleString("ko")}석 남음`,
        sectionOut: "매진",
        priceRange: (least, most) =>
            least === most ? ko.points(least) : `${least.toLocaleString("ko")}–${ko.points(most)}`,
        pick: "좌석을 누르면 여기에 표시됩니다.",
        hold: "이 좌석 잡기",
        soldOut: "이 공연은 지금 빈 좌석이 없습니다. 풀리는 좌석이 있으면 바로 나타납니다.",
        zoomIn: "확대",
        zoomOut: "축소",
        zoomFit: "전체 보기",
        live: "실시간",
        liveLabel: "좌석 상태가 실시간으로 바뀝니다",
        taken: (seat) => `${seat}은 방금 다른 분이 먼저 잡았습니다. 다른 좌석을 골라 주세요.`,
        cannot: (seat, state) => `${seat}: ${state}. 다른 좌석을 골라 주세요.`,
        toHeld: "잡아 둔 좌석으로",
        turnOver: "새 좌석을 고를 시간이 끝났습니다. 다시 줄을 서면 이어서 예매할 수 있습니다.",
        expired: (seat) => `결제 시간이 지나 ${seat} 좌석이 풀렸습니다.`,
        released: (seat) => `${seat} 좌석을 놓았습니다. 다른 좌석을 골라 주세요.`,
    },

    checkout: {
        heading: "결제하면 내 좌석입니다",
        left: "남은 결제 시간",
        spoken: (words) => `결제 시간이 ${words} 남았습니다.`,
        yours: "잡아 둔 좌석",
        price: "결제할 금액",
        balance: "내 포인트",
        after: "결제 후 포인트",
        short: (points) => `${points}가 부족합니다.`,
        recharge: "포인트 충전",
        amount: "충전할 포인트",
        amountWrong: "1 이상 1조 이하의 정수를 입력해 주세요.",
        shortfall: "부족한 만큼",
        plus: (n) => `+${n.toLocaleString("ko")}`,
        doRecharge: "충전하기",
        recharged: "충전되었습니다.",
        stillShort: (balance) => `충전되었습니다. 지금 ${balance}입니다. 아직 부족합니다.`,
        pay: (points) => `${points} 결제하기`,
        other: "다른 좌석 고르기",
        checking: "시간이 다 되었습니다. 결제 결과를 확인하고 있습니다…",
    },

    ticket: {
        heading: "예매가 완료되었습니다",
        lead: "이 화면을 다시 열면 티켓을 볼 수 있습니다.",
        admit: "입장권",
        date: "공연일",
        seat: "좌석",
        number: "좌석 번호",
        price: "결제 금액",
        paidAt: "결제 시각",
        reservation: "예매 번호",
        payment: "결제 번호",
        time: (date) => date.toLocaleString("ko", { dateStyle: "medium", timeStyle: "medium" }),
        print: "인쇄하기",
        another: "한 장 더 예매하기",
        others: "지난 예매",
        balance: (points) => `지금 잔액은 ${points}입니다.`,
    },

    ended: {
        headingLine: "자리가 만료되었습니다",
        text: "차례가 온 뒤 시간이 지났거나, 예매할 수 있는 시간이 끝났습니다. 다시 줄을 서면 처음부터 이어집니다. 포인트와 티켓은 그대로입니다.",
        again: "다시 줄 서기",
    },

    refusals: {
        unknown_user: "그런 사용자를 찾을 수 없습니다. ID를 확인해 주세요.",
        invalid_argument: "입력한 내용을 확인해 주세요.",
        queue_full: "대기열이 가득 찼습니다. 잠시 후 다시 시도해 주세요.",
        not_your_turn: "아직 차례가 아닙니다.",
        seat_unavailable: "이미 예약되었거나 선택할 수 없는 좌석입니다.",
        hold_limit: "한 번에 한 좌석만 잡을 수 있습니다. 이미 잡아 둔 좌석이 있습니다.",
        hold_expired: "결제 시간이 지나 좌석이 풀렸습니다.",
        hold_released: "이미 놓은 좌석입니다.",
        already_paid: "이미 결제된 예매입니다.",
        payment_pending: "이 예매의 결제가 진행 중입니다. 잠시 후 다시 확인해 주세요.",
        payment_declined: "결제가 거절되었습니다. 다시 시도해 주세요.",
        insufficient_points: "포인트가 부족합니다. 충전한 뒤 결제해 주세요.",
        reservation_mismatch: "예매를 찾을 수 없습니다.",
        idempotency_conflict: "요청이 겹쳤습니다. 다시 시도해 주세요.",
        token_expired: "예매할 수 있는 시간이 끝났습니다.",
        token_completed: "이 순서의 예매는 끝났습니다.",
        token_left: "줄에서 나왔습니다.",
        invalid_token: "오래되었거나 쓸 수 없는 순서표입니다. 다시 줄을 서 주세요.",
        balance_limit: "가질 수 있는 포인트를 넘습니다. 더 적게 충전해 주세요.",
        issue_limit: "지금은 이만큼 충전할 수 없습니다.",
        unknown_concert: "그 공연을 찾을 수 없습니다. 날짜를 다시 골라 주세요.",
        unknown_seat: "그런 좌석이 없습니다.",
        overloaded: "서버가 혼잡합니다. 잠시 후 다시 시도해 주세요.",
        busy: "서버가 혼잡합니다. 잠시 후 다시 시도해 주세요.",
        no_answer: "서버가 대답하지 않습니다. 연결을 확인하고 다시 시도해 주세요.",
    },
    unknownRefusal: (answer) => answer?.data?.error ?? "알 수 없는 문제가 생겼습니다. 다시 시도해 주세요.",
};
