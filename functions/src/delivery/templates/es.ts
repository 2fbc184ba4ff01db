import type { Texts } from './texts.js';

export const es: Texts = {
  unnamedSender: 'Seguridad de la cuenta',
  login: {
    sms: '{code} es su codigo de acceso[ a {org}]. Vence en {minutes} min. No lo comparta.',
    emailSubject: 'Su código de acceso[ a {org}]',
    emailText: `Use este código para iniciar sesión[ en {org}]:

{code}

Vence en {duration}. No lo comparta con nadie.

Si no está iniciando sesión en este momento, es posible que otra persona conozca su contraseña: cámbiela, por favor.`,
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
    sms: '{code} verifica su correo[ en {org}]. Vence en {minutes} min. No lo comparta.',
    emailSubject: 'Verifique su correo electrónico[ en {org}]',
    emailText: `Use este código para verificar el correo electrónico de su cuenta[ de {org}]:

{code}

Vence en {duration}. No lo comparta con nadie.

Si no tiene esa cuenta, ignore este mensaje.`,
  },
  phone_verification: {
    sms: '{code} verifica su telefono[ en {org}]. Vence en {minutes} min. No lo comparta.',
    emailSubject: 'Verifique su número de teléfono[ en {org}]',
    emailText: `Use este código para verificar el número de teléfono de su cuenta[ de {org}]:

{code}

Vence en {duration}. No lo comparta con nadie.

Si no lo ha solicitado, ignore este mensaje.`,
  },
  password_changed: {
    sms: 'Su contraseña[ de {org}] ha cambiado ({time}). Si no fue usted, restablezca la contraseña y avise a soporte.',
    emailSubject: 'Su contraseña[ de {org}] ha cambiado',
    emailText: `La contraseña de su cuenta[ de {org}] se cambió el {time}.

Si fue usted, no tiene que hacer nada.

Si no fue usted, restablezca ahora su contraseña y contacte con el soporte[ de {org}].`,
  },
  contact_changed: {
    sms: 'El email o el teléfono de su cuenta[ de {org}] ha cambiado ({time}). Si no fue usted, avise a soporte ya.',
    emailSubject: 'Los datos de contacto de su cuenta[ de {org}] han cambiado',
    emailText: `El correo electrónico o el número de teléfono de su cuenta[ de {org}] se cambió el {time}.

Si fue usted, no tiene que hacer nada.

Si no fue usted, contacte cuanto antes con el soporte[ de {org}] y restablezca su contraseña.`,
  },
  new_device: {
    sms: 'Nuevo acceso a su cuenta[ de {org}] ({time}). Si no fue usted, restablezca la contraseña y avise a soporte.',
    emailSubject: 'Nuevo inicio de sesión en su cuenta[ de {org}]',
    emailText: `Se inició sesión en su cuenta[ de {org}] desde un dispositivo nuevo el {time}.

Si fue usted, no tiene que hacer nada.

Si no fue usted, restablezca ahora su contraseña y contacte con el soporte[ de {org}].`,
  },
};
