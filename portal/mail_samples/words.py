"""What people wrote in the samples, in the reader's language: data, as a tenant's own words are,
so it is in no catalogue."""

CATEGORIES = [
    {
        "en": "Web & domains",
        "fr": "Web et domaines",
        "de": "Web und Domains",
        "it": "Web e domini",
        "es": "Web y dominios",
    },
    {
        "en": "Collaboration",
        "fr": "Travail collaboratif",
        "de": "Zusammenarbeit",
        "it": "Collaborazione",
        "es": "Colaboración",
    },
]

PRODUCT_TYPES = [
    {
        "en": "Web hosting",
        "fr": "Hébergement web",
        "de": "Webhosting",
        "it": "Hosting web",
        "es": "Alojamiento web",
    },
    {
        "en": "Database service",
        "fr": "Service de base de données",
        "de": "Datenbankdienst",
        "it": "Servizio di database",
        "es": "Servicio de base de datos",
    },
    {
        "en": "Domain name",
        "fr": "Nom de domaine",
        "de": "Domainname",
        "it": "Nome di dominio",
        "es": "Nombre de dominio",
    },
]

TEXTS: dict[str, dict[str, str]] = {
    "message": {
        "en": "As agreed on the telephone: we take over the renewals and the e-mail accounts.\n"
        "Kind regards",
        "fr": "Comme convenu au téléphone : nous reprenons les renouvellements et les comptes "
        "e-mail.\nMeilleures salutations",
        "de": "Wie am Telefon besprochen: Wir übernehmen die Verlängerungen und die "
        "E-Mail-Konten.\nFreundliche Grüsse",
        "it": "Come concordato al telefono: ci occupiamo noi dei rinnovi e degli account e-mail.\n"
        "Cordiali saluti",
        "es": "Como acordamos por teléfono: nos encargamos de las renovaciones y de las cuentas "
        "de correo.\nSaludos cordiales",
    },
    "support": {
        "en": "E-mails of the reception do not arrive",
        "fr": "Les e-mails de la réception n’arrivent pas",
        "de": "E-Mails der Rezeption kommen nicht an",
        "it": "Le e-mail della reception non arrivano",
        "es": "Los correos de la recepción no llegan",
    },
    "decision": {
        "en": "The web site names no imprint. Please add one and apply again.",
        "fr": "Le site web n’a pas de mentions légales. Ajoutez-les et candidatez à nouveau.",
        "de": "Auf der Website fehlt das Impressum. Bitte ergänzen und neu bewerben.",
        "it": "Il sito web non ha note legali. Le aggiunga e si candidi di nuovo.",
        "es": "El sitio web no tiene aviso legal. Añádalo y solicítelo de nuevo.",
    },
    "welcome": {
        "en": "We look forward to working with you.",
        "fr": "Nous nous réjouissons de travailler avec vous.",
        "de": "Wir freuen uns auf die Zusammenarbeit.",
        "it": "Siamo lieti di lavorare con Lei.",
        "es": "Nos alegra trabajar con usted.",
    },
    "refusal": {
        "en": "Too expensive this quarter. Let us talk about it on Monday.",
        "fr": "Trop cher ce trimestre. Parlons-en lundi.",
        "de": "In diesem Quartal zu teuer. Sprechen wir am Montag darüber.",
        "it": "Troppo caro in questo trimestre. Parliamone lunedì.",
        "es": "Demasiado caro este trimestre. Hablemos el lunes.",
    },
    "answer": {
        "en": "The account holder is not your organisation.",
        "fr": "Le titulaire du compte n’est pas votre organisation.",
        "de": "Das Konto gehört nicht Ihrer Organisation.",
        "it": "Il titolare del conto non è la Sua organizzazione.",
        "es": "El titular de la cuenta no es su organización.",
    },
    "correction": {
        "en": "Two hostings were charged twice",
        "fr": "Deux hébergements facturés deux fois",
        "de": "Zwei Webhostings doppelt verrechnet",
        "it": "Due hosting addebitati due volte",
        "es": "Dos alojamientos cobrados dos veces",
    },
    "visitor": {
        "en": "Good day, we look for somebody who looks after our web shop. Do you have time in "
        "January?",
        "fr": "Bonjour, nous cherchons quelqu’un pour s’occuper de notre boutique en ligne. "
        "Avez-vous du temps en janvier ?",
        "de": "Guten Tag, wir suchen jemanden, der unseren Webshop betreut. Haben Sie im Januar "
        "Zeit?",
        "it": "Buongiorno, cerchiamo qualcuno che segua il nostro negozio online. Ha tempo in "
        "gennaio?",
        "es": "Buenos días, buscamos a alguien que cuide de nuestra tienda en línea. ¿Tiene "
        "tiempo en enero?",
    },
    "tender": {
        "en": "New web site and move of 120 mailboxes",
        "fr": "Nouveau site web et migration de 120 boîtes mail",
        "de": "Neue Website und Umzug von 120 Postfächern",
        "it": "Nuovo sito web e migrazione di 120 caselle di posta",
        "es": "Nueva web y traslado de 120 buzones",
    },
    "shop": {
        "en": "Web shop for a winery, with click and collect",
        "fr": "Boutique en ligne d’un domaine viticole, avec retrait sur place",
        "de": "Webshop für ein Weingut, mit Abholung vor Ort",
        "it": "Negozio online per una cantina, con ritiro sul posto",
        "es": "Tienda en línea para una bodega, con recogida en el local",
    },
    "backups": {
        "en": "Backups of 14 workplaces, with a restore twice a year",
        "fr": "Sauvegarde de 14 postes, avec deux restaurations d’essai par an",
        "de": "Backups von 14 Arbeitsplätzen, zweimal im Jahr zur Probe zurückgespielt",
        "it": "Backup di 14 postazioni, con due prove di ripristino all’anno",
        "es": "Copias de seguridad de 14 puestos, con dos restauraciones de prueba al año",
    },
    "need": {
        "en": "We are an architects’ office of 25 people. Our web site is ten years old, and the "
        "mailboxes have to move without a lost message.",
        "fr": "Nous sommes un bureau d’architectes de 25 personnes. Notre site a dix ans, et les "
        "boîtes mail doivent être migrées sans perdre un message.",
        "de": "Wir sind ein Architekturbüro mit 25 Personen. Unsere Website ist zehn Jahre alt, "
        "und die Postfächer müssen ohne Verlust umziehen.",
        "it": "Siamo uno studio di architettura di 25 persone. Il nostro sito ha dieci anni e le "
        "caselle vanno migrate senza perdere messaggi.",
        "es": "Somos un estudio de arquitectura de 25 personas. Nuestra web tiene diez años y los "
        "buzones deben trasladarse sin perder mensajes.",
    },
    "question": {
        "en": "Does the price include the move of the mailboxes?",
        "fr": "Le prix comprend-il la migration des boîtes mail ?",
        "de": "Ist der Umzug der Postfächer im Preis enthalten?",
        "it": "Il prezzo comprende la migrazione delle caselle?",
        "es": "¿El precio incluye el traslado de los buzones?",
    },
    "reply": {
        "en": "Yes, on a weekend and with a rehearsal beforehand.",
        "fr": "Oui, durant un week-end et avec une répétition préalable.",
        "de": "Ja, an einem Wochenende und mit einer Probe vorab.",
        "it": "Sì, in un fine settimana e con una prova generale.",
        "es": "Sí, en un fin de semana y con un ensayo previo.",
    },
    "hidden": {
        "en": "The text advertises something instead of asking for it.",
        "fr": "Le texte fait de la publicité au lieu d’exprimer un besoin.",
        "de": "Der Text wirbt für etwas, statt etwas zu suchen.",
        "it": "Il testo fa pubblicità invece di esprimere un bisogno.",
        "es": "El texto hace publicidad en lugar de expresar una necesidad.",
    },
}
