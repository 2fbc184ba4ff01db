import type { Texts } from './texts.js';

export const fr: Texts = {
  unnamedSender: 'Sécurité du compte',
  login: {
    sms: '{code} est votre code de connexion[ {org}]. Valide {minutes} min. Ne le partagez pas.',
    emailSubject: 'Votre code de connexion[ {org}]',
    emailText: `Utilisez ce code pour vous connecter[ à {org}]\u00a0:

{code}

Il est valable {duration}. Ne le communiquez à personne.

Si vous n’avez pas tenté de vous connecter, quelqu’un d’autre connaît peut-être votre mot de passe\u00a0: changez-le sans attendre.`,
  },
  password_reset: {
    sms: '{code} est votre code[ {org}] pour un nouveau mot de passe. Valide {minutes} min. Ne le partagez pas.',
    emailSubject: 'Votre code pour changer de mot de passe[ {org}]',
    emailText: `Utilisez ce code pour choisir un nouveau mot de passe pour votre compte[ {org}]\u00a0:

{code}

Il est valable {duration}. Ne le communiquez à personne.

Si vous ne l’avez pas demandé, ignorez ce message\u00a0: votre mot de passe reste inchangé.`,
  },
  email_verification: {
    sms: '{code} est votre code[ {org}] pour confirmer votre e-mail. Valide {minutes} min. Ne le partagez pas.',
    emailSubject: 'Confirmez votre adresse e-mail[ pour {org}]',
    emailText: `Utilisez ce code pour confirmer l’adresse e-mail de votre compte[ {org}]\u00a0:

{code}

Il est valable {duration}. Ne le communiquez à personne.

Si vous n’avez pas de compte[ {org}], ignorez ce message.`,
  },
  phone_verification: {
    sms: '{code} est votre code[ {org}] pour confirmer votre numéro. Valide {minutes} min. Ne le partagez pas.',
    emailSubject: 'Confirmez votre numéro de téléphone[ pour {org}]',
    emailText: `Utilisez ce code pour confirmer le numéro de téléphone de votre compte[ {org}]\u00a0:

{code}

Il est valable {duration}. Ne le communiquez à personne.

Si vous ne l’avez pas demandé, ignorez ce message.`,
  },
  password_changed: {
    sms: "Votre mot de passe[ {org}] a changé ({time}). Si ce n'était pas vous, réinitialisez-le et contactez le support.",
    emailSubject: 'Votre mot de passe[ {org}] a été modifié',
    emailText: `Le mot de passe de votre compte[ {org}] a été modifié le {time}.

Si c’était vous, vous n’avez rien à faire.

Si ce n’était pas vous, réinitialisez immédiatement votre mot de passe et contactez le support[ {org}].`,
  },
  contact_changed: {
    sms: "L'e-mail ou le numéro de votre compte[ {org}] a changé ({time}). Si ce n'était pas vous, contactez le support.",
    emailSubject: 'Les coordonnées de votre compte[ {org}] ont été modifiées',
    emailText: `L’adresse e-mail ou le numéro de téléphone de votre compte[ {org}] a été modifié le {time}.

Si c’était vous, vous n’avez rien à faire.

Si ce n’était pas vous, contactez immédiatement le support[ {org}] et réinitialisez votre mot de passe.`,
  },
  new_device: {
    sms: "Nouvel appareil connecté à votre compte[ {org}] ({time}). Si ce n'était pas vous, réinitialisez votre mot de passe.",
    emailSubject: 'Nouvelle connexion à votre compte[ {org}]',
    emailText: `Un nouvel appareil s’est connecté à votre compte[ {org}] le {time}.

Si c’était vous, vous n’avez rien à faire.

Si ce n’était pas vous, réinitialisez immédiatement votre mot de passe et contactez le support[ {org}].`,
  },
};
