"""The portal's own words about the programme, in its five languages: version 0, which counts until
staff publish a version of theirs. Facts are the rule book's (P1 to P5).

`{vendor}` and `{minimum}` stand for the vendor's name and the programme's minimum (P2).
"""

from dataclasses import dataclass

from partners.rules import TextKind

type ByLanguage = dict[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph in every language: what it is, its key and icon, its title and text."""

    kind: TextKind
    key: str
    icon: str
    titles: ByLanguage
    texts: ByLanguage


INTRODUCTION, BENEFIT, CONDITION = TextKind.INTRODUCTION, TextKind.BENEFIT, TextKind.CONDITION

VERSION_0: tuple[Words, ...] = (
    Words(
        INTRODUCTION,
        "programme",
        "briefcase",
        {
            "en": "Look after your clients, and earn with every product",
            "fr": "Accompagnez vos clients et gagnez sur chaque produit",
            "de": "Kunden betreuen und an jedem Produkt verdienen",
            "it": "Segua i Suoi clienti e guadagni su ogni prodotto",
            "es": "Atienda a sus clientes y gane con cada producto",
        },
        {
            "en": "The partner programme of {vendor} is for agencies, IT companies and "
            "freelancers who manage web sites, mail and servers for others. It is free. You manage "
            "your clients’ products from one place, at partner prices, and each client decides "
            "what you may do.",
            "fr": "Le programme partenaire de {vendor} s’adresse aux agences, aux sociétés "
            "informatiques et aux indépendants qui gèrent des sites, des messageries et des "
            "serveurs pour d’autres. Il est gratuit. Vous gérez les produits de vos clients au "
            "même endroit, au tarif partenaire, et chaque client décide de ce que vous pouvez "
            "faire.",
            "de": "Das Partnerprogramm von {vendor} richtet sich an Agenturen, IT-Firmen und "
            "Selbstständige, die Websites, E-Mail und Server für andere verwalten. Es ist "
            "kostenlos. Sie verwalten die Produkte Ihrer Kunden an einem Ort und zu "
            "Partnerpreisen, und jeder Kunde entscheidet, was Sie tun dürfen.",
            "it": "Il programma partner di {vendor} è rivolto ad agenzie, società informatiche e "
            "liberi professionisti che gestiscono siti, posta e server per altri. È gratuito. Lei "
            "gestisce i prodotti dei Suoi clienti in un unico posto, a prezzi partner, e ogni "
            "cliente decide che cosa può fare.",
            "es": "El programa de partners de {vendor} es para agencias, empresas de informática y "
            "autónomos que gestionan sitios web, correo y servidores para otros. Es gratuito. "
            "Usted gestiona los productos de sus clientes en un solo lugar, a precio de partner, y "
            "cada cliente decide lo que usted puede hacer.",
        },
    ),
    Words(
        BENEFIT,
        "prices",
        "percent",
        {
            "en": "Partner prices",
            "fr": "Tarifs partenaire",
            "de": "Partnerpreise",
            "it": "Prezzi partner",
            "es": "Precios de partner",
        },
        {
            "en": "Up to 35 % less than the public price, volume discounts on top, and "
            "preferential prices for the most common domain extensions.",
            "fr": "Jusqu’à 35 % de moins que le prix public, des remises de volume en plus, et des "
            "prix préférentiels pour les extensions de domaine les plus courantes.",
            "de": "Bis zu 35 % unter dem öffentlichen Preis, dazu Mengenrabatte und Vorzugspreise "
            "für die gängigsten Domain-Endungen.",
            "it": "Fino al 35 % in meno rispetto al prezzo pubblico, con in più sconti per "
            "quantità e prezzi di favore per le estensioni di dominio più comuni.",
            "es": "Hasta un 35 % menos que el precio público, además de descuentos por volumen y "
            "precios preferentes para las extensiones de dominio más habituales.",
        },
    ),
    Words(
        BENEFIT,
        "cashback",
        "piggy-bank",
        {
            "en": "Cashback or discount",
            "fr": "Cashback ou remise",
            "de": "Cashback oder Rabatt",
            "it": "Cashback o sconto",
            "es": "Cashback o descuento",
        },
        {
            "en": "When your client pays, the difference between the public price and yours is "
            "credited to your prepaid account. When you pay, it is taken off at once.",
            "fr": "Si votre client paie, la différence entre le prix public et le vôtre est "
            "créditée sur votre compte prépayé. Si vous payez, elle est déduite tout de suite.",
            "de": "Zahlt Ihr Kunde, wird der Unterschied zwischen dem öffentlichen Preis und Ihrem "
            "Preis Ihrem Prepaid-Konto gutgeschrieben. Zahlen Sie, wird er sofort abgezogen.",
            "it": "Se paga il cliente, la differenza tra il prezzo pubblico e il Suo viene "
            "accreditata sul Suo conto prepagato. Se paga Lei, viene dedotta subito.",
            "es": "Si paga su cliente, la diferencia entre el precio público y el suyo se abona en "
            "su cuenta de prepago. Si paga usted, se descuenta al momento.",
        },
    ),
    Words(
        BENEFIT,
        "themes",
        "palette",
        {
            "en": "WordPress themes",
            "fr": "Thèmes WordPress",
            "de": "WordPress-Themes",
            "it": "Temi per WordPress",
            "es": "Temas de WordPress",
        },
        {
            "en": "Free access to the bundle of WordPress themes, for the web sites that you "
            "build for your clients.",
            "fr": "L’accès gratuit au lot de thèmes WordPress, pour les sites que vous créez pour "
            "vos clients.",
            "de": "Kostenloser Zugang zum Paket der WordPress-Themes, für die Websites, die Sie "
            "für Ihre Kunden erstellen.",
            "it": "Accesso gratuito al pacchetto di temi per WordPress, per i siti che realizza "
            "per i Suoi clienti.",
            "es": "Acceso gratuito al paquete de temas de WordPress, para los sitios que crea "
            "para sus clientes.",
        },
    ),
    Words(
        BENEFIT,
        "directory",
        "shop",
        {
            "en": "A place in the directory",
            "fr": "Une place dans l’annuaire",
            "de": "Ein Platz im Verzeichnis",
            "it": "Un posto nell’elenco dei partner",
            "es": "Un lugar en el directorio",
        },
        {
            "en": "Show your company, with its logo, languages and specialities, to those who look "
            "for a partner. It is your choice, and free.",
            "fr": "Présentez votre entreprise, son logo, ses langues et ses spécialités à celles "
            "et ceux qui cherchent un partenaire. C’est votre choix, et c’est gratuit.",
            "de": "Zeigen Sie Ihr Unternehmen mit Logo, Sprachen und Schwerpunkten allen, die "
            "einen Partner suchen. Das ist freiwillig und kostenlos.",
            "it": "Presenti la Sua azienda, con logo, lingue e specialità, a chi cerca un "
            "partner. È una Sua scelta, ed è gratis.",
            "es": "Muestre su empresa, con su logotipo, sus idiomas y sus especialidades, a "
            "quienes buscan un partner. Es voluntario y gratuito.",
        },
    ),
    Words(
        BENEFIT,
        "tenders",
        "megaphone",
        {
            "en": "Tenders",
            "fr": "Appels d’offres",
            "de": "Ausschreibungen",
            "it": "Richieste di offerta",
            "es": "Solicitudes de oferta",
        },
        {
            "en": "Get the requests that suit you, by category, language and country, and answer "
            "them with a proposal.",
            "fr": "Recevez les demandes qui vous conviennent, par catégorie, langue et pays, et "
            "répondez-y par une proposition.",
            "de": "Erhalten Sie passende Anfragen nach Kategorie, Sprache und Land, und antworten "
            "Sie mit einem Angebot.",
            "it": "Riceva le richieste adatte a Lei, per categoria, lingua e paese, e risponda "
            "con una proposta.",
            "es": "Reciba las solicitudes que le convienen, por categoría, idioma y país, y "
            "responda con una propuesta.",
        },
    ),
    Words(
        BENEFIT,
        "rebilling",
        "receipt",
        {
            "en": "Bills in your own name",
            "fr": "Des factures à votre nom",
            "de": "Rechnungen in Ihrem Namen",
            "it": "Fatture a Suo nome",
            "es": "Facturas a su nombre",
        },
        {
            "en": "Where you pay for a client with full access, bill it yourself: your details, "
            "your numbering, your mark-up, from the orders to the PDF.",
            "fr": "Quand vous payez pour un client en accès complet, facturez-le vous-même : vos "
            "coordonnées, votre numérotation, votre marge, des commandes jusqu’au PDF.",
            "de": "Zahlen Sie für einen Kunden mit vollem Zugriff, dann stellen Sie ihm selbst "
            "Rechnung: Ihre Angaben, Ihre Nummern, Ihr Aufschlag, von den Bestellungen bis zum "
            "PDF.",
            "it": "Se paga per un cliente con accesso completo, lo fatturi Lei: i Suoi dati, la "
            "Sua numerazione, il Suo ricarico, dagli ordini fino al PDF.",
            "es": "Si paga por un cliente con acceso completo, factúrele usted mismo: sus datos, "
            "su numeración y su margen, desde los pedidos hasta el PDF.",
        },
    ),
    Words(
        CONDITION,
        "company",
        "building",
        {
            "en": "A registered company",
            "fr": "Une entreprise inscrite",
            "de": "Ein eingetragenes Unternehmen",
            "it": "Un’impresa registrata",
            "es": "Una empresa registrada",
        },
        {
            "en": "Our company is entered in the register of its country, and it has an active "
            "web site of its own.",
            "fr": "Notre entreprise est inscrite au registre de son pays et possède son propre "
            "site web en activité.",
            "de": "Unser Unternehmen ist im Register seines Landes eingetragen und hat eine "
            "eigene, aktive Website.",
            "it": "La nostra impresa è iscritta nel registro del suo paese e ha un proprio sito "
            "web attivo.",
            "es": "Nuestra empresa está inscrita en el registro de su país y tiene un sitio web "
            "propio y activo.",
        },
    ),
    Words(
        CONDITION,
        "support",
        "life-preserver",
        {
            "en": "Support for our clients",
            "fr": "L’assistance à nos clients",
            "de": "Unterstützung unserer Kunden",
            "it": "Assistenza ai nostri clienti",
            "es": "Asistencia a nuestros clientes",
        },
        {
            "en": "We support our clients ourselves: for the products that we manage, they turn "
            "to us first.",
            "fr": "Nous assurons nous-mêmes l’assistance à nos clients : pour les produits que "
            "nous gérons, ils s’adressent d’abord à nous.",
            "de": "Wir unterstützen unsere Kunden selbst: Für die Produkte, die wir verwalten, "
            "wenden sie sich zuerst an uns.",
            "it": "Assistiamo noi stessi i nostri clienti: per i prodotti che gestiamo si "
            "rivolgono prima a noi.",
            "es": "Atendemos nosotros mismos a nuestros clientes: para los productos que "
            "gestionamos, se dirigen primero a nosotros.",
        },
    ),
    Words(
        CONDITION,
        "invoices",
        "receipt",
        {
            "en": "Invoices are paid",
            "fr": "Le paiement des factures",
            "de": "Rechnungen werden bezahlt",
            "it": "Il pagamento delle fatture",
            "es": "El pago de las facturas",
        },
        {
            "en": "We answer for the invoices of our clients, or of the products that we manage "
            "under the programme.",
            "fr": "Nous répondons des factures de nos clients, ou des produits que nous gérons "
            "dans le cadre du programme.",
            "de": "Wir stehen für die Rechnungen unserer Kunden oder der Produkte ein, die wir im "
            "Rahmen des Programms verwalten.",
            "it": "Rispondiamo delle fatture dei nostri clienti, o dei prodotti che gestiamo "
            "nell’ambito del programma.",
            "es": "Respondemos de las facturas de nuestros clientes, o de los productos que "
            "gestionamos dentro del programa.",
        },
    ),
    Words(
        CONDITION,
        "products",
        "box-seam",
        {
            "en": "Contracts won through tenders",
            "fr": "Les contrats issus d’appels d’offres",
            "de": "Aufträge aus Ausschreibungen",
            "it": "Contratti ottenuti con richieste di offerta",
            "es": "Contratos obtenidos por solicitudes de oferta",
        },
        {
            "en": "For contracts that we win through a tender of this portal, we use only the "
            "products of {vendor}.",
            "fr": "Pour les contrats obtenus grâce à un appel d’offres de ce portail, nous "
            "utilisons uniquement les produits de {vendor}.",
            "de": "Für Aufträge, die wir durch eine Ausschreibung dieses Portals gewinnen, setzen "
            "wir ausschliesslich Produkte von {vendor} ein.",
            "it": "Per i contratti ottenuti con una richiesta di offerta di questo portale "
            "utilizziamo solo i prodotti di {vendor}.",
            "es": "En los contratos que ganamos por una solicitud de oferta de este portal, "
            "utilizamos únicamente los productos de {vendor}.",
        },
    ),
    Words(
        CONDITION,
        "terms",
        "file-earmark-text",
        {
            "en": "The reseller conditions",
            "fr": "Les conditions de revente",
            "de": "Die Wiederverkaufsbedingungen",
            "it": "Le condizioni di rivendita",
            "es": "Las condiciones de reventa",
        },
        {
            "en": "We accept the reseller conditions: the products that we manage come to at least "
            "{minimum} a year, excluding VAT; the prices and rates of the day of an order or a "
            "renewal apply; we take no part in the affiliate programme at the same time; and "
            "{vendor} may suspend the partnership, with its reason, while a condition is not met.",
            "fr": "Nous acceptons les conditions de revente : les produits que nous gérons "
            "totalisent au moins {minimum} par an, hors TVA ; les prix et les taux du jour de la "
            "commande ou du renouvellement s’appliquent ; nous ne participons pas en même temps au "
            "programme d’affiliation ; et {vendor} peut suspendre le partenariat, en donnant son "
            "motif, tant qu’une condition n’est pas remplie.",
            "de": "Wir nehmen die Wiederverkaufsbedingungen an: Die Produkte, die wir verwalten, "
            "erreichen mindestens {minimum} im Jahr, ohne MwSt.; es gelten die Preise und Sätze "
            "des Tages der Bestellung oder der Verlängerung; wir nehmen nicht gleichzeitig am "
            "Affiliate-Programm teil; und {vendor} darf die Partnerschaft unter Angabe des "
            "Grundes aussetzen, solange eine Bedingung nicht erfüllt ist.",
            "it": "Accettiamo le condizioni di rivendita: i prodotti che gestiamo ammontano ad "
            "almeno {minimum} all’anno, IVA esclusa; valgono i prezzi e le percentuali del giorno "
            "dell’ordine o del rinnovo; non partecipiamo allo stesso tempo al programma di "
            "affiliazione; e {vendor} può sospendere la collaborazione, indicandone il motivo, "
            "finché una condizione non è soddisfatta.",
            "es": "Aceptamos las condiciones de reventa: los productos que gestionamos suman al "
            "menos {minimum} al año, sin IVA; se aplican los precios y porcentajes del día del "
            "pedido o de la renovación; no participamos al mismo tiempo en el programa de "
            "afiliados; y {vendor} puede suspender la colaboración, indicando el motivo, mientras "
            "no se cumpla una condición.",
        },
    ),
)
