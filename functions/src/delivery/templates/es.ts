import type { Texts } from './texts.js';

export const es: Texts = {
  unnamedSender: 'Seguridad de la cuenta',
  login: {
    sms: '{code} es su codigo de acceso[ a {org}]. Vence en {minutes} min. No lo comparta.',
    emailSubject: 'Su código de acceso[ a {org}]',
    emailText: `Use este código para iniciar sesión[ en {org}]:

{code}

Vence en {duration}. No lo comparta con nadie.

Si no ha intentado iniciar sesión, es posible que otra persona conozca su contraseña: cámbiela cuanto antes.`,
  },
  password_reset: {
    sms: '{code} es su codigo para cambiar la contraseña[ de {org}]. Vence en {minutes} min. No lo comparta.',
    emailSubject: 'Su código para cambiar la contraseña[ de {org}]',
    emailText: `Use este código para crear una contraseña nueva para su cuenta[ de {org}]:

{code}

Vence en {duration}. No lo comparta con nadie.

Si no lo ha solicitado, ignore este mensaje: su contraseña sigue siendo la misma.`,
  },
  email_verification: {
    sms: '{code} es su codigo para confirmar su correo[ en {org}]. Vence en {minutes} min. No lo comparta.',
    emailSubject: 'Confirme su dirección de correo electrónico[ en {org}]',
    emailText: `Use este código para confirmar la dirección de correo electrónico de su cuenta[ de {org}]:

{code}

Vence en {duration}. No lo comparta con nadie.

Si no tiene una cuenta[ de {org}], ignore este mensaje.`,
  },
  phone_verification: {
    sms: '{code} es su codigo para confirmar su teléfono[ en {org}]. Vence en {minutes} min. No lo comparta.',
    emailSubject: 'Confirme su número de teléfono[ en {org}]',
    emailText: `Use este código para confirmar el número de teléfono de su cuenta[ de {org}]:

{code}

Vence en {duration}. No lo comparta con nadie.

Si no lo ha solicitado, ignore este mensaje.`,
  },
  password_changed: {
    sms: 'Su contraseña[ de {org}] ha cambiado ({time}). Si no fue usted, restablézcala y avise a soporte.',
    emailSubject: 'Su contraseña[ de {org}] ha cambiado',
    emailText: `La contraseña de su cuenta[ de {org}] se cambió el {time}.

Si fue usted, no tiene que hacer nada.

Si no fue usted, restablezca ahora su contraseña y póngase en contacto con el equipo de soporte[ de {org}].`,
  },
  contact_changed: {
    sms: 'El correo o el teléfono de su cuenta[ de {org}] ha cambiado ({time}). Si no fue usted, avise ya a soporte.',
    emailSubject: 'Los datos de contacto de su cuenta[ de {org}] han cambiado',
    emailText: `La dirección de correo electrónico o el número de teléfono de su cuenta[ de {org}] se cambió el {time}.

Si fue usted, no tiene que hacer nada.

Si no fue usted, póngase en contacto cuanto antes con el equipo de soporte[ de {org}] y restablezca su contraseña.`,
  },
  new_device: {
    sms: 'Acceso a su cuenta[ de {org}] desde un dispositivo nuevo ({time}). Si no fue usted, restablezca ya su contraseña.',
    emailSubject: 'Nuevo inicio de sesión en su cuenta[ de {org}]',
    emailText: `Se inició sesión en su cuenta[ de {org}] desde un dispositivo nuevo el {time}.

Si fue usted, no tiene que hacer nada.

Si no fue usted, restablezca ahora su contraseña y póngase en contacto con el equipo de soporte[ de {org}].`,
  },
};
