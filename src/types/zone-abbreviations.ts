/**
 * Abbreviations of time zones, as data. On input PostgreSQL's default set (timezonesets/Default): most stand for a fixed
 * offset, some for what a zone uses at that moment. On output the letters that the tz database gives a zone today; JavaScript
 * does not know them for most of the world.
 */

/** NAME=hours[:minutes], a D at the end for daylight saving time. */
export const fixedAbbreviations = `ACDT=+10:30D ACSST=+10:30D ACST=+9:30 ACT=-5 ACWST=+8:45 ADT=-3D AEDT=+11D AESST=+11D AEST=+10 AFT=+4:30 AKDT=-8D
AKST=-9 ALMST=+7D ALMT=+6 AMT=-4 AST=-4 AWSST=+9D AWST=+8 AZOST=+0D AZOT=-1 BDST=+2D BDT=+6 BNT=+8 BORT=+8 BOT=-4
BRA=-3 BRST=-2D BRT=-3 BST=+1D BTT=+6 CADT=+10:30D CAST=+9:30 CCT=+8 CDT=-5D CEST=+2D CET=+1 CETDST=+2D CHADT=+13:45D
CHAST=+12:45 CHUT=+10 CLST=-3D COT=-5 CST=-6 CXT=+7 DDUT=+10 EAT=+3 EDT=-4D EEST=+3D EET=+2 EETDST=+3D EGST=+0D EGT=-1
EST=-5 FET=+3 FJST=+13D FJT=+12 FNST=-1D FNT=-2 GALT=-6 GAMT=-9 GFT=-3 GILT=+12 GMT=+0 HKT=+8 HST=-10 ICT=+7 IDT=+3D
IRT=+3:30 IST=+2 JAYT=+9 JST=+9 KDT=+10D KGST=+6D KST=+9 LHST=+10:30 LIGT=+10 MART=-9:30 MDT=-6D MEST=+2D MESZ=+2D
MET=+1 METDST=+2D MEZ=+1 MHT=+12 MMT=+6:30 MPT=+10 MSD=+4D MST=-7 MUST=+5D MUT=+4 MVT=+5 MYT=+8 NDT=-2:30D NFT=-3:30
NPT=+5:45 NST=-3:30 NZDT=+13D NZST=+12 NZT=+12 PDT=-7D PET=-5 PGT=+10 PHT=+8 PKST=+6D PKT=+5 PMDT=-2D PMST=-3 PONT=+11
PST=-8 PWT=+9 PYST=-3D RET=+4 SADT=+10:30D SAST=+2 SCT=+4 TAHT=-10 TFT=+5 TJT=+5 TOT=+13 TRUT=+10 TVT=+12 UCT=+0
ULAST=+9D UT=+0 UTC=+0 UYST=-2D UYT=-3 UZST=+6D UZT=+5 VUT=+11 WADT=+8D WAKT=+12 WAST=+7 WAT=+1 WDT=+9D WET=+0
WETDST=+1D WFT=+12 WGST=-2D WGT=-3 XJT=+6 YAPT=+10 YEKST=+6D Z=+0 ZULU=+0`;

/** NAME=zone: the offset that the zone has at the moment in question. */
export const zoneAbbreviations = `AMST=Asia/Yerevan ANAST=Asia/Anadyr ANAT=Asia/Anadyr ARST=America/Argentina/Buenos_Aires
ART=America/Argentina/Buenos_Aires AZST=Asia/Baku AZT=Asia/Baku CKT=Pacific/Rarotonga CLT=America/Santiago
DAVT=Antarctica/Davis EASST=Pacific/Easter EAST=Pacific/Easter FKST=Atlantic/Stanley FKT=Atlantic/Stanley
GEST=Asia/Tbilisi GET=Asia/Tbilisi GYT=America/Guyana IOT=Indian/Chagos IRKST=Asia/Irkutsk IRKT=Asia/Irkutsk
KGT=Asia/Bishkek KOST=Pacific/Kosrae KRAST=Asia/Krasnoyarsk KRAT=Asia/Krasnoyarsk LHDT=Australia/Lord_Howe
LINT=Pacific/Kiritimati LKT=Asia/Colombo MAGST=Asia/Magadan MAGT=Asia/Magadan MAWT=Antarctica/Mawson MSK=Europe/Moscow
NOVST=Asia/Novosibirsk NOVT=Asia/Novosibirsk NUT=Pacific/Niue OMSST=Asia/Omsk OMST=Asia/Omsk PETST=Asia/Kamchatka
PETT=Asia/Kamchatka PYT=America/Asuncion SGT=Asia/Singapore TKT=Pacific/Fakaofo TMT=Asia/Ashgabat
ULAT=Asia/Ulaanbaatar VET=America/Caracas VLAST=Asia/Vladivostok VLAT=Asia/Vladivostok VOLT=Europe/Volgograd
YAKST=Asia/Yakutsk YAKT=Asia/Yakutsk YEKT=Asia/Yekaterinburg`;

/** Zones by the letters of their standard time, or standard and daylight saving time. */
export const zonesByLetters: Readonly<Record<string, string>> = {
  ACST: `Australia/Darwin Australia/North`,
  'ACST/ACDT': `Australia/Adelaide Australia/Broken_Hill Australia/South Australia/Yancowinna`,
  AEST: `Australia/Brisbane Australia/Lindeman Australia/Queensland`,
  'AEST/AEDT': `Antarctica/Macquarie Australia/ACT Australia/Canberra Australia/Currie Australia/Hobart Australia/Melbourne
Australia/NSW Australia/Sydney Australia/Tasmania Australia/Victoria`,
  'AKST/AKDT': `America/Anchorage America/Juneau America/Metlakatla America/Nome America/Sitka America/Yakutat US/Alaska`,
  AST: `America/Anguilla America/Antigua America/Aruba America/Barbados America/Blanc-Sablon America/Curacao
America/Dominica America/Grenada America/Guadeloupe America/Kralendijk America/Lower_Princes America/Marigot
America/Martinique America/Montserrat America/Port_of_Spain America/Puerto_Rico America/Santo_Domingo
America/St_Barthelemy America/St_Kitts America/St_Lucia America/St_Thomas America/St_Vincent America/Tortola
America/Virgin`,
  'AST/ADT': `America/Glace_Bay America/Goose_Bay America/Halifax America/Moncton America/Thule Atlantic/Bermuda Canada/Atlantic`,
  AWST: `Australia/Perth Australia/West`,
  CAT: `Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Juba Africa/Khartoum Africa/Kigali
Africa/Lubumbashi Africa/Lusaka Africa/Maputo Africa/Windhoek`,
  CET: `Africa/Algiers Africa/Tunis`,
  'CET/CEST': `Africa/Ceuta Arctic/Longyearbyen Atlantic/Jan_Mayen CET Europe/Amsterdam Europe/Andorra Europe/Belgrade
Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Budapest Europe/Busingen Europe/Copenhagen Europe/Gibraltar
Europe/Ljubljana Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Monaco Europe/Oslo Europe/Paris
Europe/Podgorica Europe/Prague Europe/Rome Europe/San_Marino Europe/Sarajevo Europe/Skopje Europe/Stockholm
Europe/Tirane Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Warsaw Europe/Zagreb Europe/Zurich Poland`,
  CST: `America/Bahia_Banderas America/Belize America/Chihuahua America/Costa_Rica America/El_Salvador America/Guatemala
America/Managua America/Merida America/Mexico_City America/Monterrey America/Regina America/Swift_Current
America/Tegucigalpa Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai Asia/Taipei
Canada/Saskatchewan Mexico/General PRC ROC`,
  'CST/CDT': `America/Chicago America/Havana America/Indiana/Knox America/Indiana/Tell_City America/Knox_IN America/Matamoros
America/Menominee America/North_Dakota/Beulah America/North_Dakota/Center America/North_Dakota/New_Salem
America/Ojinaga America/Rainy_River America/Rankin_Inlet America/Resolute America/Winnipeg CST6CDT Canada/Central
Cuba US/Central US/Indiana-Starke`,
  ChST: `Pacific/Guam Pacific/Saipan`,
  EAT: `Africa/Addis_Ababa Africa/Asmara Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu
Africa/Nairobi Indian/Antananarivo Indian/Comoro Indian/Mayotte`,
  EET: `Africa/Tripoli Europe/Kaliningrad Libya`,
  'EET/EEST': `Africa/Cairo Asia/Beirut Asia/Famagusta Asia/Gaza Asia/Hebron Asia/Nicosia EET Egypt Europe/Athens Europe/Bucharest
Europe/Chisinau Europe/Helsinki Europe/Kiev Europe/Kyiv Europe/Mariehamn Europe/Nicosia Europe/Riga Europe/Sofia
Europe/Tallinn Europe/Tiraspol Europe/Uzhgorod Europe/Vilnius Europe/Zaporozhye`,
  EST: `America/Atikokan America/Cancun America/Cayman America/Coral_Harbour America/Jamaica America/Panama EST Jamaica`,
  'EST/EDT': `America/Detroit America/Fort_Wayne America/Grand_Turk America/Indiana/Indianapolis America/Indiana/Marengo
America/Indiana/Petersburg America/Indiana/Vevay America/Indiana/Vincennes America/Indiana/Winamac
America/Indianapolis America/Iqaluit America/Kentucky/Louisville America/Kentucky/Monticello America/Louisville
America/Montreal America/Nassau America/New_York America/Nipigon America/Pangnirtung America/Port-au-Prince
America/Thunder_Bay America/Toronto Canada/Eastern EST5EDT US/East-Indiana US/Eastern US/Michigan`,
  GMT: `Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau Africa/Conakry Africa/Dakar Africa/Freetown
Africa/Lome Africa/Monrovia Africa/Nouakchott Africa/Ouagadougou Africa/Sao_Tome Africa/Timbuktu
America/Danmarkshavn Atlantic/Reykjavik Atlantic/St_Helena GMT GMT+0 GMT-0 GMT0 Greenwich Iceland`,
  'GMT/BST': `Europe/Belfast Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/London GB GB-Eire`,
  'GMT/IST': `Eire Europe/Dublin`,
  HKT: `Asia/Hong_Kong Hongkong`,
  HST: `HST Pacific/Honolulu Pacific/Johnston US/Hawaii`,
  'HST/HDT': `America/Adak America/Atka US/Aleutian`,
  IST: `Asia/Calcutta Asia/Kolkata`,
  'IST/IDT': `Asia/Jerusalem Asia/Tel_Aviv Israel`,
  JST: `Asia/Tokyo Japan`,
  KST: `Asia/Pyongyang Asia/Seoul ROK`,
  'MET/MEST': `MET`,
  MSK: `Europe/Kirov Europe/Moscow Europe/Simferopol Europe/Volgograd W-SU`,
  MST: `America/Creston America/Dawson America/Dawson_Creek America/Fort_Nelson America/Hermosillo America/Mazatlan
America/Phoenix America/Whitehorse Canada/Yukon MST Mexico/BajaSur US/Arizona`,
  'MST/MDT': `America/Boise America/Cambridge_Bay America/Ciudad_Juarez America/Denver America/Edmonton America/Inuvik
America/Shiprock America/Yellowknife Canada/Mountain MST7MDT Navajo US/Mountain`,
  'NST/NDT': `America/St_Johns Canada/Newfoundland`,
  'NZST/NZDT': `Antarctica/McMurdo Antarctica/South_Pole NZ Pacific/Auckland`,
  PKT: `Asia/Karachi`,
  PST: `Asia/Manila`,
  'PST/PDT': `America/Ensenada America/Los_Angeles America/Santa_Isabel America/Tijuana America/Vancouver Canada/Pacific
Mexico/BajaNorte PST8PDT US/Pacific`,
  SAST: `Africa/Johannesburg Africa/Maseru Africa/Mbabane`,
  SST: `Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa`,
  UTC: `UCT UTC Universal Zulu`,
  WAT: `Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos Africa/Libreville Africa/Luanda
Africa/Malabo Africa/Ndjamena Africa/Niamey Africa/Porto-Novo`,
  'WET/WEST': `Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe Atlantic/Madeira Europe/Lisbon Portugal WET`,
  WIB: `Asia/Jakarta Asia/Pontianak`,
  WIT: `Asia/Jayapura`,
  WITA: `Asia/Makassar Asia/Ujung_Pandang`,
};
