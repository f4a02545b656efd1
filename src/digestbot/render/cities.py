"""Names of places that no time zone is named after, in the languages in which many will type them.

Zones that stand here are offered before others: most who ask live there.
"""

CITIES = {
    "America/Chicago": "Austin, Dallas, Houston, Minneapolis, オースティン, 芝加哥",
    "America/Denver": "Boulder, Salt Lake City",
    "America/Edmonton": "Calgary, 캘거리, カルガリー, 卡尔加里",
    "America/Los_Angeles": (
        "San Francisco, 샌프란시스코, サンフランシスコ, 旧金山, Bay Area, Silicon Valley, 실리콘밸리, "
        "シリコンバレー, 硅谷, Palo Alto, Mountain View, San Jose, Berkeley, San Diego, Seattle, 시애틀, "
        "シアトル, 西雅图"
    ),
    "America/New_York": (
        "New York City, NYC, Boston, 보스턴, ボストン, 波士顿, Washington, 워싱턴, ワシントン, 华盛顿, "
        "Philadelphia, Pittsburgh, Princeton, Atlanta, 애틀랜타, アトランタ, 亚特兰大, Miami"
    ),
    "America/Phoenix": "Tucson",
    "America/Sao_Paulo": "Rio de Janeiro, 리우데자네이루, リオデジャネイロ, 里约热内卢",
    "America/Toronto": "Montreal, 몬트리올, モントリオール, 蒙特利尔, Ottawa",
    "America/Vancouver": "Burnaby",
    "Asia/Dubai": "Abu Dhabi, 아부다비, アブダビ, 阿布扎比",
    "Asia/Ho_Chi_Minh": "Hanoi, 하노이, ハノイ, 河内",
    "Asia/Jerusalem": "Tel Aviv, 텔아비브, テルアビブ, 特拉维夫, Haifa",
    "Asia/Kolkata": (
        "Mumbai, 뭄바이, ムンバイ, 孟买, Delhi, 델리, デリー, 德里, New Delhi, 뉴델리, ニューデリー, "
        "新德里, Bangalore, Bengaluru, 벵갈루루, バンガロール, 班加罗尔, Hyderabad, Chennai, Pune"
    ),
    "Asia/Seoul": (
        "Korea, 한국, Busan, 부산, 釜山, Incheon, 인천, 仁川, Daegu, 대구, 大邱, Daejeon, 대전, 大田, "
        "Gwangju, 광주, 光州, Suwon, 수원, Ulsan, 울산, Pohang, 포항, Sejong, 세종, Seongnam, 성남, "
        "Pangyo, 판교, Jeju, 제주"
    ),
    "Asia/Shanghai": (
        "Beijing, 베이징, 北京, Shenzhen, 선전, 深セン, 深圳, Guangzhou, 광저우, 広州, 广州, Hangzhou, "
        "항저우, 杭州, Chengdu, 청두, 成都, Nanjing, 난징, 南京, Wuhan, 우한, 武漢, 武汉, Xi'an, 시안, "
        "西安, Suzhou, 苏州, Hefei, 合肥, Tianjin, 톈진, 天津"
    ),
    "Asia/Tokyo": (
        "Osaka, 오사카, 大阪, Kyoto, 교토, 京都, Nagoya, 나고야, 名古屋, Yokohama, 요코하마, 横浜, "
        "Fukuoka, 후쿠오카, 福岡, Sapporo, 삿포로, 札幌, Kobe, 고베, 神戸, Sendai, 센다이, 仙台, "
        "Hiroshima, 히로시마, 広島, つくば, 東京都"
    ),
    "Australia/Sydney": "Canberra",
    "Europe/Amsterdam": "Holland, Rotterdam, Eindhoven, Delft",
    "Europe/Athens": "Thessaloniki",
    "Europe/Berlin": (
        "Munich, München, 뮌헨, ミュンヘン, 慕尼黑, Hamburg, 함부르크, ハンブルク, 汉堡, Frankfurt, "
        "프랑크푸르트, フランクフルト, 法兰克福, Cologne, Köln, Stuttgart, Tübingen, Heidelberg, "
        "Karlsruhe, Aachen, Saarbrücken"
    ),
    "Europe/Lisbon": "Porto",
    "Europe/London": (
        "UK, England, Britain, Scotland, Oxford, Edinburgh, 에든버러, エディンバラ, 爱丁堡, Manchester, "
        "Bristol"
    ),
    "Europe/Madrid": "Barcelona, 바르셀로나, バルセロナ, 巴塞罗那",
    "Europe/Moscow": "Saint Petersburg, 상트페테르부르크, サンクトペテルブルク, 圣彼得堡",
    "Europe/Paris": "Lyon, Grenoble, Toulouse",
    "Europe/Rome": "Milan, 밀라노, ミラノ, 米兰",
    "Europe/Zurich": "Geneva, Genève, Lausanne, Basel, 제네바, ジュネーブ, 日内瓦",
}

COUNTRIES = {"US": "US, USA, America, アメリカ", "AE": "UAE"}
"""By territory: as people say it where CLDR has a longer name alone."""

CLOCKS = {
    "BRT": ("America/Sao_Paulo",),
    "BST": ("Europe/London", "Asia/Dhaka"),
    "GST": ("Asia/Dubai",),
    "ICT": ("Asia/Bangkok",),
    "IST": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "SGT": ("Asia/Singapore",),
    "TRT": ("Europe/Istanbul",),
}
"""Abbreviations that the time zones' own data have not, or not with all that they mean."""
