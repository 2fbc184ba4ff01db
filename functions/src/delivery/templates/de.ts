import type { Texts } from './texts.js';

export const de: Texts = {
  unnamedSender: 'Kontosicherheit',
  login: {
    sms: '{code} ist Ihr Anmeldecode[ für {org}]. Gültig für {minutes} Min. Nie weitergeben.',
    emailSubject: 'Ihr Anmeldecode[ für {org}]',
    emailText: `Mit diesem Code melden Sie sich[ bei {org}] an:

{code}

Er gilt {duration}. Geben Sie ihn niemals weiter.

Wenn Sie nicht versucht haben, sich anzumelden, kennt möglicherweise jemand anderes Ihr Passwort: Bitte ändern Sie es sofort.`,
  },
  password_reset: {
    sms: '{code} ist Ihr Code für ein neues Passwort[ bei {org}]. Gültig für {minutes} Min. Nie weitergeben.',
    emailSubject: 'Ihr Code für ein neues Passwort[ bei {org}]',
    emailText: `Mit diesem Code legen Sie ein neues Passwort für Ihr Konto[ bei {org}] fest:

{code}

Er gilt {duration}. Geben Sie ihn niemals weiter.

Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese Nachricht bitte: Ihr Passwort bleibt unverändert.`,
  },
  email_verification: {
    sms: '{code} ist Ihr Code[ für {org}] zum Bestätigen Ihrer E-Mail-Adresse. Gültig für {minutes} Min. Nie weitergeben.',
    emailSubject: 'Bestätigen Sie Ihre E-Mail-Adresse[ für {org}]',
    emailText: `Mit diesem Code bestätigen Sie die E-Mail-Adresse Ihres Kontos[ bei {org}]:

{code}

Er gilt {duration}. Geben Sie ihn niemals weiter.

Wenn Sie kein Konto[ bei {org}] haben, ignorieren Sie diese Nachricht bitte.`,
  },
  phone_verification: {
    sms: '{code} ist Ihr Code[ für {org}] zum Bestätigen Ihrer Nummer. Gültig für {minutes} Min. Nie weitergeben.',
    emailSubject: 'Bestätigen Sie Ihre Telefonnummer[ für {org}]',
    emailText: `Mit diesem Code bestätigen Sie die Telefonnummer Ihres Kontos[ bei {org}]:

{code}

Er gilt {duration}. Geben Sie ihn niemals weiter.

Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese Nachricht bitte.`,
  },
  password_changed: {
    sms: 'Ihr Passwort[ bei {org}] wurde geändert ({time}). Waren Sie das nicht? Bitte sofort zurücksetzen und Support kontaktieren.',
    emailSubject: 'Ihr Passwort[ bei {org}] wurde geändert',
    emailText: `Das Passwort Ihres Kontos[ bei {org}] wurde am {time} geändert.

Wenn Sie das waren, müssen Sie nichts tun.

Wenn Sie das nicht waren, setzen Sie Ihr Passwort bitte sofort zurück und wenden Sie sich an den Support[ von {org}].`,
  },
  contact_changed: {
    sms: 'E-Mail oder Nummer Ihres Kontos[ bei {org}] geändert ({time}). Waren Sie das nicht? Bitte sofort Support kontaktieren.',
    emailSubject: 'Die Kontaktdaten Ihres Kontos[ bei {org}] wurden geändert',
    emailText: `Die E-Mail-Adresse oder Telefonnummer Ihres Kontos[ bei {org}] wurde am {time} geändert.

Wenn Sie das waren, müssen Sie nichts tun.

Wenn Sie das nicht waren, wenden Sie sich bitte sofort an den Support[ von {org}] und setzen Sie Ihr Passwort zurück.`,
  },
  new_device: {
    sms: 'Neues Gerät in Ihrem Konto[ bei {org}] angemeldet ({time}). Waren Sie das nicht? Bitte sofort Passwort zurücksetzen.',
    emailSubject: 'Neue Anmeldung in Ihrem Konto[ bei {org}]',
    emailText: `In Ihrem Konto[ bei {org}] hat sich am {time} jemand von einem neuen Gerät aus angemeldet.

Wenn Sie das waren, müssen Sie nichts tun.

Wenn Sie das nicht waren, setzen Sie Ihr Passwort bitte sofort zurück und wenden Sie sich an den Support[ von {org}].`,
  },
};
